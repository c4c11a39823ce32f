package servingcert

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// expiry describes the metric of every process that serves.
var expiry = prometheus.NewDesc("slipway_serving_certificate_expiry_timestamp_seconds",
	"When the certificate that this process presents expires, as Unix time: webhook of the manager, apiserver of the facade.",
	[]string{"server"}, nil)

// Metric tells when the certificate expires that a process presents. It is asked for at every scrape, and says nothing while there
// is none.
type Metric struct {
	// Server is what is served: webhook or apiserver.
	Server string
	// Certificate returns the certificate, as PEM or as DER; nil for none.
	Certificate func() []byte
}

// Describe implements prometheus.Collector.
func (Metric) Describe(descriptions chan<- *prometheus.Desc) { descriptions <- expiry }

// Collect implements prometheus.Collector.
func (m Metric) Collect(values chan<- prometheus.Metric) {
	if end := notAfter(m.Certificate()); !end.IsZero() {
		values <- prometheus.MustNewConstMetric(expiry, prometheus.GaugeValue, float64(end.Unix()), m.Server)
	}
}

// notAfter is when the first certificate in a text expires; the zero time if there is none.
func notAfter(text []byte) time.Time {
	if block, _ := pem.Decode(text); block != nil {
		text = block.Bytes
	}
	certificate, err := x509.ParseCertificate(text)
	if err != nil {
		return time.Time{}
	}
	return certificate.NotAfter
}
