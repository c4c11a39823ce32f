package main

import (
	"crypto/tls"

	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/slipway-dev/slipway/internal/telemetry"
)

// version is what hack/build.sh says that it builds; empty in other builds.
var version string

func init() { metrics.Registry.MustRegister(telemetry.Build("manager", version)) }

// metricsServer says how metrics are served. They have the certificate of the webhooks; without webhooks, one that nobody knows.
func (o *options) metricsServer(from source) metricsserver.Options {
	endpoint := telemetry.Endpoint{Address: o.metricsAddress, Secure: o.metricsSecure}
	if from != nil {
		endpoint.Certificate = func(config *tls.Config) { config.GetCertificate = from.GetCertificate }
	}
	return endpoint.Options()
}
