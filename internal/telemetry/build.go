package telemetry

import (
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
)

// Build returns the metric that tells which build of a component this is. version is what was released; empty takes that of the
// module.
func Build(component, version string) prometheus.Collector {
	if info, ok := debug.ReadBuildInfo(); ok && version == "" {
		version = info.Main.Version
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: "slipway", Name: "build_info", Help: "Which build this is. Always 1.",
	}, []string{"component", "version"})
	build.WithLabelValues(component, version).Set(1)
	return build
}
