package apiserver

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// What the index and the binding of accounts to adapters are fed from, and what priority and fairness go by.
//
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons;adapterstatuses;clusters;nodepools;operations;platforms,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=namespaces;serviceaccounts,verbs=list;watch
// +kubebuilder:rbac:groups=flowcontrol.apiserver.k8s.io,resources=flowschemas;prioritylevelconfigurations,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// newClient returns the client that the hub writes with and that its index is fed through. It caches nothing, and has no time
// limit of its own: requests end with their contexts, watches with the process.
func newClient(config *rest.Config) (client.WithWatch, error) {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, fleetv1.AddToScheme} {
		if err := add(known); err != nil {
			return nil, fmt.Errorf("building the scheme: %w", err)
		}
	}
	made, err := client.NewWithWatch(config, client.Options{Scheme: known})
	if err != nil {
		return nil, fmt.Errorf("building the client: %w", err)
	}
	return made, nil
}
