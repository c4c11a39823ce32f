package census_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var (
	things = &census.Gauge{Name: "things", Help: "How many things there are.", Labels: []string{"platform", "state"}}
	oldest = &census.Gauge{Name: "things_age_seconds", Help: "How old the oldest thing is.", Labels: []string{"platform", "state"}}
	first  = &census.Gauge{Name: "thing_expiry", Help: "When the first thing expires."}
)

func source(leads bool) census.Source {
	s := census.Source{Clock: clocktesting.NewFakePassiveClock(fixture.Epoch)}
	ch := make(chan struct{})
	if s.Leads = ch; leads {
		close(ch)
	}
	return s
}

func TestCollector(t *testing.T) {
	ago := func(d time.Duration) time.Time { return fixture.Epoch.Add(-d) }
	for name, tc := range map[string]struct {
		take     func(tally *census.Tally)
		follower bool
		err      error
		want     []string
	}{
		"objects are counted by all labels together": {
			take: func(tally *census.Tally) {
				for _, labels := range [][]string{{"metal", "Ready"}, {"metal", "Stalled"}, {"metal", "Ready"}, {"", "Ready"}} {
					tally.Count(things, labels...)
				}
			},
			want: []string{
				"slipway_things platform= state=Ready: 1",
				"slipway_things platform=metal state=Ready: 2",
				"slipway_things platform=metal state=Stalled: 1",
			},
		},
		"the oldest gives the age, and what begins in the future has none": {
			take: func(tally *census.Tally) {
				tally.Age(oldest, ago(time.Minute), "metal", "Pending")
				tally.Age(oldest, ago(time.Hour), "metal", "Pending")
				tally.Age(oldest, ago(time.Second), "metal", "Pending")
				tally.Age(oldest, ago(-time.Second), "metal", "Stalled")
			},
			want: []string{
				"slipway_things_age_seconds platform=metal state=Pending: 3600",
				"slipway_things_age_seconds platform=metal state=Stalled: 0",
			},
		},
		"the first gives the time": {
			take: func(tally *census.Tally) {
				for _, second := range []int64{20, 10, 30} {
					tally.First(first, time.Unix(second, 0))
				}
			},
			want: []string{"slipway_thing_expiry: 10"},
		},
		"what holds is 1, what does not is 0": {
			take: func(tally *census.Tally) {
				tally.SetBool(things, true, "a", "")
				tally.SetBool(things, false, "b", "")
			},
			want: []string{"slipway_things platform=a state=: 1", "slipway_things platform=b state=: 0"},
		},
		"objects are told with their state, and for how long they have been in it": {
			take: func(tally *census.Tally) {
				states := census.States{Count: things, Age: oldest}
				cluster := fixture.Cluster("ns", "sample")
				cluster.CreationTimestamp.Time = ago(time.Hour)
				states.Tell(tally, cluster, false, "metal")
				states.Tell(tally, cluster, true, "metal")
				conditions.Set(cluster, metav1.Condition{Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, Reason: "x"}, metav1.NewTime(fixture.Epoch))
				states.Tell(tally, cluster, false, "metal")
			},
			want: []string{
				"slipway_things platform=metal state=Pending: 1",
				"slipway_things platform=metal state=Ready: 1",
				"slipway_things platform=metal state=Suspended: 1",
				"slipway_things_age_seconds platform=metal state=Pending: 3600",
			},
		},
		"nothing is said where there is nothing":           {take: func(*census.Tally) {}},
		"nothing is said by a replica that does not lead":  {take: func(tally *census.Tally) { tally.Count(things, "a", "b") }, follower: true},
		"nothing is said while the objects cannot be read": {take: func(tally *census.Tally) { tally.Count(things, "a", "b") }, err: errors.New("not started")},
	} {
		t.Run(name, func(t *testing.T) {
			taken := census.Census{
				Gauges: []*census.Gauge{things, oldest, first},
				Take: func(_ context.Context, _ client.Reader, tally *census.Tally) error {
					tc.take(tally)
					return tc.err
				},
			}
			registry := prometheus.NewPedanticRegistry()
			registry.MustRegister(taken.Collector(source(!tc.follower)))
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
	taken := census.Census{Gauges: []*census.Gauge{things, oldest}}
	if err := registry.Register(taken.Collector(source(true))); err != nil {
		t.Fatal(err)
	}
	if err := registry.Register(taken.Collector(source(true))); !errors.As(err, new(prometheus.AlreadyRegisteredError)) {
		t.Errorf("registering it a second time gave %v, want an AlreadyRegisteredError", err)
	}
}
