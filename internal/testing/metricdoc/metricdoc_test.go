package metricdoc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/slipway-dev/slipway/internal/servingcert"
	"github.com/slipway-dev/slipway/internal/telemetry"
	"github.com/slipway-dev/slipway/internal/testing/metricdoc"
)

func TestWhatEveryProcessTellsIsDocumented(t *testing.T) {
	page, err := metricdoc.Page("Of both")
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(telemetry.Build("manager", "v1"), servingcert.Metric{Server: "webhook", Certificate: func() []byte { return nil }})
	registered, err := metricdoc.Registered(registry)
	if err != nil {
		t.Fatal(err)
	}
	if differences := metricdoc.Compare(page, registered); len(differences) > 0 {
		t.Error(differences)
	}
}

func TestCompare(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "slipway_a_total", Help: `With "quotes" and {braces}.`}, []string{"y", "x"})
	counter.WithLabelValues("1", "2").Inc()
	registry.MustRegister(counter,
		prometheus.NewGauge(prometheus.GaugeOpts{Name: "slipway_b", Help: "b"}),
		prometheus.NewGauge(prometheus.GaugeOpts{Name: "slipway_c", Help: "c"}),
		prometheus.NewGauge(prometheus.GaugeOpts{Name: "other", Help: "Of a library."}))
	registered, err := metricdoc.Registered(registry)
	if err != nil {
		t.Fatal(err)
	}
	right := map[string]metricdoc.Metric{
		"slipway_a_total": {Type: "counter", Labels: []string{"x", "y"}}, "slipway_b": {Type: "gauge"}, "slipway_c": {Type: "gauge"},
	}
	if diff := cmp.Diff(right, registered); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
	if differences := metricdoc.Compare(right, registered); len(differences) > 0 {
		t.Errorf("the page is right, and differs: %v", differences)
	}
	wrong := map[string]metricdoc.Metric{
		"slipway_a_total": {Type: "counter", Labels: []string{"x"}}, "slipway_b": {Type: "counter"}, "slipway_d": {Type: "gauge"},
	}
	want := []string{
		"slipway_a_total is documented with the labels [x], and has [x y]",
		"slipway_b is documented as a counter, and is a gauge",
		"slipway_d is documented, and there is no such metric",
		"slipway_c is not documented",
	}
	if diff := cmp.Diff(want, metricdoc.Compare(wrong, registered)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func TestPageRefusesUnknownSections(t *testing.T) {
	if _, err := metricdoc.Page("Of nobody"); err == nil {
		t.Error("a section that does not exist is read")
	}
	if _, err := metricdoc.Page("Of the libraries"); err == nil {
		t.Error("a section without metrics of ours is read")
	}
}
