package main

import (
	"fmt"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// cluster is the management cluster that the command line names. All subcommands share it.
type cluster struct {
	kubeconfig, context string
	// namespace is where Slipway itself runs.
	namespace string
}

func (c *cluster) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&c.kubeconfig, "kubeconfig", "",
		"The kubeconfig of the management cluster. Default: what $KUBECONFIG names, ~/.kube/config, or in a pod its service account.")
	flags.StringVar(&c.context, "context", "", "The context in the kubeconfig. Default: its current one.")
	flags.StringVar(&c.namespace, "system-namespace", "slipway-system", "The namespace that Slipway is installed in.")
}

// config is how the management cluster is reached, found as kubectl finds it.
func (c *cluster) config() (*rest.Config, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: c.context}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides).ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the management cluster (see --kubeconfig): %w", err)
	}
	config.QPS = -1 // the API server's own priority and fairness says how much is too much
	return config, nil
}

// client returns a client that knows Kubernetes' own kinds and those of the fleet.
func (c *cluster) client() (client.Client, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, fleetv1.AddToScheme} {
		if err := add(known); err != nil {
			return nil, fmt.Errorf("building the scheme: %w", err)
		}
	}
	made, err := client.New(config, client.Options{Scheme: known})
	if err != nil {
		return nil, fmt.Errorf("building the client: %w", err)
	}
	return made, nil
}
