package telemetry

import (
	"crypto/tls"

	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// Endpoint is where the metrics of a manager are served.
type Endpoint struct {
	// Address is the address and port; 0 serves none.
	Address string
	// Secure serves them over HTTPS, and to those only who may get the path /metrics, as the management cluster says.
	Secure bool
	// Certificate gives the server its certificate. Without it the server makes one that nobody knows.
	Certificate func(*tls.Config)
}

// +kubebuilder:rbac:groups=authentication.k8s.io,resources=tokenreviews,verbs=create
// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create

// Options returns the endpoint as controller-runtime wants it.
func (e Endpoint) Options() metricsserver.Options {
	options := metricsserver.Options{BindAddress: e.Address}
	if !e.Secure {
		return options
	}
	options.SecureServing, options.FilterProvider = true, filters.WithAuthenticationAndAuthorization
	if e.Certificate != nil {
		options.TLSOpts = append(options.TLSOpts, e.Certificate)
	}
	return options
}
