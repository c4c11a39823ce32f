package platform

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// faulty counts the checks that found a Platform unusable.
var faulty = prometheus.NewCounter(prometheus.CounterOpts{
	Namespace: "slipway", Subsystem: "platform", Name: "unusable_total",
	Help: "How many checks found a Platform unusable.",
})

func init() { metrics.Registry.MustRegister(faulty) }
