package apiserver

import (
	"context"
	"fmt"
	"net"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/sets"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/util/compatibility"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Config is what a Server is made of.
type Config struct {
	// Generic is the configuration of the GenericAPIServer.
	Generic *genericapiserver.Config
	// Informers are those of Kubernetes' own kinds that the GenericAPIServer runs.
	Informers informers.SharedInformerFactory
	// Rest leads to the management cluster.
	Rest *rest.Config
	// Dialects makes the dialects on a hub.
	Dialects func(hub.Hub) ([]facade.Dialect, error)

	DefaultNamespace string
	SystemNamespace  string
	PlainHTTPAddress string
	// Speaks are the names of the dialects that are mounted; all if empty.
	Speaks []string
	// AccessKeys tells that requests may be signed with access keys.
	AccessKeys bool
	// Tracing makes spans, if any are wanted.
	Tracing tracing.Provider
}

// Config turns the options into a configuration. It opens the secure port.
func (o *Options) Config(ctx context.Context, dialects func(hub.Hub) ([]facade.Dialect, error)) (*Config, error) {
	restConfig, err := o.restConfig()
	if err != nil {
		return nil, err
	}
	provider, err := tracing.Open(ctx, o.Tracing.ConfigFile, serverName)
	if err != nil {
		return nil, err
	}
	tracing.Outgoing(restConfig, provider)
	o.Authentication.CustomRoundTripperFn, o.Authorization.CustomRoundTripperFn = provider.Transport(), provider.Transport()
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return nil, fmt.Errorf("building a client to the management cluster: %w", err)
	}
	config := &Config{
		Informers: informers.NewSharedInformerFactory(client, 0), Rest: restConfig, Dialects: dialects,
		DefaultNamespace: o.DefaultNamespace, SystemNamespace: o.SystemNamespace, PlainHTTPAddress: o.PlainHTTPAddress,
		Speaks: o.Dialects, AccessKeys: o.AccessKeys, Tracing: provider,
	}
	if config.Generic, err = o.genericConfig(); err != nil {
		return nil, err
	}
	config.Generic.TracerProvider = provider
	o.followSecret(config.Generic.SecureServing, client)
	measure(config.Generic.SecureServing)
	if err := o.Features.ApplyTo(config.Generic, client, config.Informers); err != nil {
		return nil, fmt.Errorf("configuring priority and fairness: %w", err)
	}
	return config, nil
}

// genericConfig is the part that needs no client of ours.
func (o *Options) genericConfig() (*genericapiserver.Config, error) {
	loopback := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if err := o.Serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, loopback); err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	c := genericapiserver.NewConfig(codecs())
	c.EffectiveVersion = compatibility.DefaultBuildEffectiveVersion()
	c.MaxRequestsInFlight, c.MaxMutatingRequestsInFlight = o.MaxReadsInFlight, o.MaxWritesInFlight
	c.RequestTimeout = o.RequestTimeout
	c.PublicAddress = o.Serving.BindAddress
	c.ShutdownDelayDuration = o.ShutdownDelay
	// A list of all paths is of no use to REST clients, and would be the answer to every unknown path.
	c.EnableIndex = false
	// The default takes /api/… for Kubernetes' core group.
	c.LegacyAPIGroupPrefixes = sets.NewString()
	// The server never calls itself: without a token in it, there is no privileged identity to be had.
	c.LoopbackClientConfig = &rest.Config{}
	describe(c)

	if err := o.Serving.ApplyTo(&c.SecureServing); err != nil {
		return nil, fmt.Errorf("opening the secure port: %w", err)
	}
	if err := o.Authentication.ApplyTo(&c.Authentication, c.SecureServing, nil); err != nil {
		return nil, fmt.Errorf("configuring authentication: %w", err)
	}
	if err := o.Authorization.ApplyTo(&c.Authorization); err != nil {
		return nil, fmt.Errorf("configuring authorization: %w", err)
	}
	if err := o.Audit.ApplyTo(c); err != nil {
		return nil, fmt.Errorf("configuring audit: %w", err)
	}
	return c, nil
}

// restConfig finds the management cluster.
func (o *Options) restConfig() (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.Kubeconfig
	load := rest.InClusterConfig
	if o.Kubeconfig != "" {
		load = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{}).ClientConfig
	}
	config, err := load()
	if err != nil {
		return nil, fmt.Errorf("finding the management cluster: %w", err)
	}
	// The kube-apiserver's own priority and fairness says how much is too much.
	config.QPS, config.Burst = -1, -1
	return rest.AddUserAgent(config, serverName), nil
}

// codecs returns a serializer of what the server itself says: discovery and errors.
func codecs() serializer.CodecFactory {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	return serializer.NewCodecFactory(scheme)
}
