package certificate

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/slipway-dev/slipway/internal/certificate"
)

// authority is what metrics call the authority that signs.
const authority = "authority"

var (
	expiry = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "slipway_certificate_expiry_timestamp_seconds",
		Help: "When a certificate that the manager keeps expires, as Unix time: authority, webhook or apiserver.",
	}, []string{"certificate"})
	issued = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "slipway_certificate_issued_total",
		Help: "How many certificates were made: authority, webhook or apiserver.",
	}, []string{"certificate"})
	failures = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "slipway_certificate_errors_total",
		Help: "How many times looking after the certificates failed.",
	})
)

func init() { metrics.Registry.MustRegister(expiry, issued, failures) }

// measure tells when what there is expires.
func (s *seen) measure(state certificate.State) {
	if state.Signing != nil {
		expiry.WithLabelValues(authority).Set(float64(state.Signing.NotAfter().Unix()))
	}
	for _, server := range s.observed().Servers {
		if end := server.NotAfter(); end.IsZero() {
			expiry.DeleteLabelValues(server.Name)
		} else {
			expiry.WithLabelValues(server.Name).Set(float64(end.Unix()))
		}
	}
}
