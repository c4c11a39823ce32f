package census_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/census"
)

func TestCollector(t *testing.T) {
	for name, tc := range map[string]struct {
		objects [][]string
		err     error
		want    []string
	}{
		"objects are counted by all labels together": {
			objects: [][]string{{"metal", "Ready"}, {"metal", "Stalled"}, {"metal", "Ready"}, {"", "Ready"}},
			want: []string{
				"slipway_things platform= state=Ready: 1",
				"slipway_things platform=metal state=Ready: 2",
				"slipway_things platform=metal state=Stalled: 1",
			},
		},
		"nothing is said where there is nothing":           {},
		"nothing is said while the objects cannot be read": {objects: [][]string{{"metal", "Ready"}}, err: errors.New("not started")},
	} {
		t.Run(name, func(t *testing.T) {
			things := census.Census{
				Name: "things", Help: "How many things there are.", Labels: []string{"platform", "state"},
				Count: func(_ context.Context, _ client.Reader, one func(values ...string)) error {
					for _, object := range tc.objects {
						one(object...)
					}
					return tc.err
				},
			}
			registry := prometheus.NewPedanticRegistry()
			registry.MustRegister(things.Collector(nil))
			for _, scrape := range []string{"first", "second"} {
				if diff := cmp.Diff(tc.want, scraped(t, registry)); diff != "" {
					t.Errorf("%s scrape (-want +got):\n%s", scrape, diff)
				}
			}
		})
	}
}

// scraped returns what a registry tells, one line for each metric.
func scraped(t *testing.T, registry prometheus.Gatherer) []string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			line := family.GetName()
			for _, label := range metric.GetLabel() {
				line += fmt.Sprintf(" %s=%s", label.GetName(), label.GetValue())
			}
			lines = append(lines, fmt.Sprintf("%s: %v", line, metric.GetGauge().GetValue()))
		}
	}
	return lines
}

func TestASecondManagersCensusIsTheSameMetric(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	things := census.Census{Name: "things", Help: "How many things there are."}
	if err := registry.Register(things.Collector(nil)); err != nil {
		t.Fatal(err)
	}
	if err := registry.Register(things.Collector(nil)); !errors.As(err, new(prometheus.AlreadyRegisteredError)) {
		t.Errorf("registering it a second time gave %v, want an AlreadyRegisteredError", err)
	}
}
