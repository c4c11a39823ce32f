package apiserver

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	cliflag "k8s.io/component-base/cli/flag"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Options are what the command line says about the server. The parts of k8s.io/apiserver are taken one by one: what the facade
// has no use for (etcd, admission, CORS) is not there to be switched off.
type Options struct {
	Serving        *genericoptions.SecureServingOptions
	Authentication *genericoptions.DelegatingAuthenticationOptions
	Authorization  *genericoptions.DelegatingAuthorizationOptions
	Audit          *genericoptions.AuditOptions
	Features       *genericoptions.FeatureOptions
	Tracing        *genericoptions.TracingOptions

	// Kubeconfig is the file that leads to the management cluster; empty inside of it.
	Kubeconfig string
	// DefaultNamespace is the tenant of callers for whom nothing else decides; empty refuses them.
	DefaultNamespace string
	// SystemNamespace is where the facade keeps its own records.
	SystemNamespace string
	// CertificateSecret is the name of a Secret in SystemNamespace with the serving certificate, which is followed; empty to serve
	// with files, or with a certificate that nobody trusts.
	CertificateSecret string
	// PlainHTTPAddress is a loopback address and port for HTTP without TLS, for a local environment; empty switches it off.
	PlainHTTPAddress string
	// Dialects are the names of the dialects to speak; empty for all.
	Dialects []string
	// AccessKeys lets callers sign their requests with access keys, which lie in Secrets of namespaces with the label
	// fleetv1.LabelAccessKeys. The facade needs the right to read all Secrets there: RBAC cannot narrow it down to those.
	AccessKeys bool
	// NKS is about the NKS dialect.
	NKS NKSOptions

	// MaxReadsInFlight and MaxWritesInFlight together are how many requests are worked on at a time.
	MaxReadsInFlight, MaxWritesInFlight int
	// RequestTimeout is how long a request may take that is no stream.
	RequestTimeout time.Duration
	// ShutdownDelay is how long the server goes on serving, not ready any more, after it was told to end.
	ShutdownDelay time.Duration
}

// NewOptions returns the defaults.
func NewOptions() *Options {
	o := &Options{
		Serving:           genericoptions.NewSecureServingOptions(),
		Authentication:    genericoptions.NewDelegatingAuthenticationOptions(),
		Authorization:     genericoptions.NewDelegatingAuthorizationOptions(),
		Audit:             genericoptions.NewAuditOptions(),
		Features:          genericoptions.NewFeatureOptions(),
		Tracing:           genericoptions.NewTracingOptions(),
		SystemNamespace:   "slipway-system",
		MaxReadsInFlight:  400,
		MaxWritesInFlight: 200,
		RequestTimeout:    60 * time.Second,
		NKS:               NKSOptions{TaskWait: 15 * time.Second},
	}
	o.Serving.Required = true
	o.Serving.BindPort = 6443
	o.Serving.ServerCert.CertDirectory = "" // without files the certificate is made in memory
	o.Features.EnableProfiling = false
	return o
}

// Flags returns the command line in groups, bound to the options.
func (o *Options) Flags() cliflag.NamedFlagSets {
	var sets cliflag.NamedFlagSets
	facade := sets.FlagSet("facade")
	facade.StringVar(&o.Kubeconfig, "kubeconfig", o.Kubeconfig,
		"The kubeconfig that leads to the management cluster. Empty inside of it.")
	facade.StringVar(&o.DefaultNamespace, "default-namespace", o.DefaultNamespace,
		"The namespace of callers for whom nothing else decides. Empty refuses them.")
	facade.StringVar(&o.SystemNamespace, "system-namespace", o.SystemNamespace,
		"The namespace where the facade keeps records of its own, such as those of idempotent requests.")
	facade.StringVar(&o.CertificateSecret, "tls-cert-secret", o.CertificateSecret,
		"The name of a Secret in --system-namespace whose tls.crt and tls.key are served with, and followed. Empty takes --tls-cert-file.")
	facade.StringVar(&o.PlainHTTPAddress, "insecure-http-bind-address", o.PlainHTTPAddress,
		"A loopback address and port, such as 127.0.0.1:8080, that serves the same over plain HTTP. For a local environment only; empty switches it off.")
	facade.StringSliceVar(&o.Dialects, "dialects", o.Dialects, "The names of the dialects to speak, separated by commas. Empty for all.")
	facade.BoolVar(&o.AccessKeys, "access-keys", o.AccessKeys,
		"Lets callers sign their requests with access keys, in the dialects that know signatures. Keys are looked for in namespaces with the label "+
			fleetv1.LabelAccessKeys+"=true, where the facade must be allowed to list and watch Secrets (config/tenant/access-keys).")

	o.NKS.addFlags(sets.FlagSet("nks"))

	limits := sets.FlagSet("limits")
	limits.IntVar(&o.MaxReadsInFlight, "max-requests-inflight", o.MaxReadsInFlight,
		"How many requests are worked on at a time, together with --max-mutating-requests-inflight. Without priority and fairness: how many reads.")
	limits.IntVar(&o.MaxWritesInFlight, "max-mutating-requests-inflight", o.MaxWritesInFlight,
		"How many requests are worked on at a time, together with --max-requests-inflight. Without priority and fairness: how many writes.")
	limits.DurationVar(&o.RequestTimeout, "request-timeout", o.RequestTimeout, "How long a request may take that is no stream.")
	limits.DurationVar(&o.ShutdownDelay, "shutdown-delay-duration", o.ShutdownDelay,
		"How long the server goes on serving after it was told to end, so that load balancers learn from /readyz that it is going.")

	o.Serving.AddFlags(sets.FlagSet("secure serving"))
	o.Authentication.AddFlags(sets.FlagSet("authentication"))
	o.Authorization.AddFlags(sets.FlagSet("authorization"))
	o.Audit.AddFlags(sets.FlagSet("audit"))
	o.Features.AddFlags(sets.FlagSet("features"))
	o.Tracing.AddFlags(sets.FlagSet("tracing"))
	return sets
}

// Validate returns everything that is wrong with the options.
func (o *Options) Validate() error {
	errs := []error{o.validateNamespaces(), o.validateLimits(), o.validateCertificate(), validatePlainHTTP(o.PlainHTTPAddress), o.NKS.validate()}
	errs = append(errs, o.Serving.Validate()...)
	errs = append(errs, o.Authentication.Validate()...)
	errs = append(errs, o.Authorization.Validate()...)
	errs = append(errs, o.Audit.Validate()...)
	errs = append(errs, o.Features.Validate()...)
	errs = append(errs, o.Tracing.Validate()...)
	return errors.Join(errs...)
}

func (o *Options) validateNamespaces() error {
	var errs []error
	if problems := validation.IsDNS1123Label(o.SystemNamespace); len(problems) > 0 {
		errs = append(errs, fmt.Errorf("--system-namespace %q is no name of a namespace: %s", o.SystemNamespace, problems[0]))
	}
	if o.DefaultNamespace == "" {
		return errors.Join(errs...)
	}
	if problems := validation.IsDNS1123Label(o.DefaultNamespace); len(problems) > 0 {
		errs = append(errs, fmt.Errorf("--default-namespace %q is no name of a namespace: %s", o.DefaultNamespace, problems[0]))
	}
	return errors.Join(errs...)
}

func (o *Options) validateCertificate() error {
	if o.CertificateSecret == "" {
		return nil
	}
	if pair := o.Serving.ServerCert.CertKey; pair.CertFile != "" || pair.KeyFile != "" {
		return errors.New("--tls-cert-secret and --tls-cert-file exclude each other: there is one serving certificate")
	}
	if problems := validation.IsDNS1123Subdomain(o.CertificateSecret); len(problems) > 0 {
		return fmt.Errorf("--tls-cert-secret %q is no name of a Secret: %s", o.CertificateSecret, problems[0])
	}
	return nil
}

func (o *Options) validateLimits() error {
	var errs []error
	if o.MaxReadsInFlight < 1 {
		errs = append(errs, fmt.Errorf("--max-requests-inflight must be at least 1, not %d", o.MaxReadsInFlight))
	}
	if o.MaxWritesInFlight < 1 {
		errs = append(errs, fmt.Errorf("--max-mutating-requests-inflight must be at least 1, not %d", o.MaxWritesInFlight))
	}
	if o.RequestTimeout < time.Second {
		errs = append(errs, fmt.Errorf("--request-timeout must be at least 1s, not %s", o.RequestTimeout))
	}
	if o.ShutdownDelay < 0 {
		errs = append(errs, fmt.Errorf("--shutdown-delay-duration must not be negative, as %s is", o.ShutdownDelay))
	}
	return errors.Join(errs...)
}

// validatePlainHTTP refuses every address that others could reach: credentials would cross a network in the clear. A host name
// is refused too, because what it resolves to is for others to say.
func validatePlainHTTP(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--insecure-http-bind-address %q must be an address and a port, such as 127.0.0.1:8080: %w", address, err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.Unmap().IsLoopback() {
		return fmt.Errorf("--insecure-http-bind-address %q must be a loopback address, such as 127.0.0.1 or ::1: "+
			"over plain HTTP everybody on the network could read the callers' credentials", address)
	}
	return nil
}
