package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	// stormers is how many adapters report at a time.
	stormers = 32
	// statusWrites is how often a status may be written for the reports of one storm.
	statusWrites = 2
	// stormRate is the target in reports per second.
	stormRate = 350
)

// measureStorm has every adapter report something new about every cluster, as fast as it goes: the adapters of a cluster at the
// same time. Afterwards everything that was answered must be stored, and every condition must follow from it.
func measureStorm(ctx context.Context, b *bench) error {
	raw, err := b.rawPairs(ctx)
	if err != nil {
		return err
	}
	if err := b.want(ctx, []string{facadeName, managerName}); err != nil {
		return err
	}
	if _, err := b.quiet(ctx); err != nil {
		return err
	}
	o, err := b.observe(ctx, clustersPath, readyNow)
	if err != nil {
		return err
	}
	storm, err := b.measure(ctx, "storm", func(ctx context.Context) (load.Result, error) {
		return load.Closed(ctx, b.storm(), stormers, load.Extent{Count: len(adapters) * len(b.fleet.members)})
	})
	if err != nil {
		return err
	}
	late, err := b.quiet(ctx)
	if err != nil {
		return err
	}
	if err := o.close(); err != nil {
		return err
	}
	b.note("storm", fmt.Sprintf("facade, %d at a time", stormers), storm)
	b.note("storm", "kube-apiserver, both patches", raw.fast)
	if err := b.noteMemory(ctx, "after the storm"); err != nil {
		return err
	}
	b.judgeStorm(storm, raw.fast, o.counts(), late)
	return b.judgeStored(ctx)
}

// storm reports about each member in turn, once per adapter: one that was available is not, and the reverse.
func (b *bench) storm() load.Job {
	return load.Job{
		Endpoint: b.rest, Patient: true, Check: stored,
		Make: func(n int) []byte {
			m, adapter := b.fleet.member(n/len(adapters)), adapters[n%len(adapters)]
			available := m.reports[adapter].Report.Condition(fleetv1.ReportAvailable).Status == metav1.ConditionTrue
			return b.rest.Request(http.MethodPost, m.path()+"/statuses", wire(adapter, m.say(adapter, !available)))
		},
	}
}

func (b *bench) judgeStorm(storm, raw measured, events map[string]int, late writes) {
	most := 0
	for _, count := range events {
		most = max(most, count)
	}
	total := storm.writes.of("clusters/status")
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "storm", What: "reports", Target: fmt.Sprintf("≥ %d/s", stormRate), Met: storm.Rate() >= stormRate,
		Measured: fmt.Sprintf("%.0f/s (%d, %d sent again); p99 %.0f ms", storm.Rate(), storm.Count(), storm.Repeated, milliseconds(storm.Percentile(0.99))),
		Ratio:    times(storm.per(), raw.per("kube-apiserver", "etcd")) + " CPU", Against: fmt.Sprintf("both raw patches, %.0f/s", raw.Rate()),
	}, outcome{
		Name: "storm", What: "status writes per cluster", Target: fmt.Sprintf("≤ %d", statusWrites), Met: most <= statusWrites,
		Measured: fmt.Sprintf("%.2f on average, at most %d; afterwards %s", float64(total)/float64(len(b.fleet.members)), most, late),
	})
	if most > statusWrites {
		last := &b.report.Rows[len(b.report.Rows)-1]
		last.Measured += fmt.Sprintf("; %v", histogram(events))
	}
}

// histogram says how many clusters saw how many changes.
func histogram(events map[string]int) string {
	counts := map[int]int{}
	for _, n := range events {
		counts[n]++
	}
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d clusters %d×", counts[n], n))
	}
	return strings.Join(parts, ", ")
}

// judgeStored compares all that is stored with what was answered, and all conditions with what follows from it.
func (b *bench) judgeStored(ctx context.Context) error {
	reports, err := list[fleetv1.AdapterStatus](ctx, b, reportsPath)
	if err != nil {
		return err
	}
	clusters, err := list[fleetv1.Cluster](ctx, b, clustersPath)
	if err != nil {
		return err
	}
	o := outcome{Name: "storm", What: "lost", Target: "0"}
	lost := b.lostReports(reports)
	wrong := b.wrongConditions(clusters)
	o.Measured = fmt.Sprintf("%d of %d reports lost, conditions of %d of %d clusters wrong", len(lost), len(reports), len(wrong), len(clusters))
	o.Met = len(lost)+len(wrong) == 0
	if !o.Met {
		o.Wrong = append(lost, wrong...)
		o.Wrong = append([]string{o.Measured}, o.Wrong[:min(3, len(o.Wrong))]...)
	}
	b.report.Rows = append(b.report.Rows, o)
	return nil
}

func (b *bench) lostReports(storedReports []fleetv1.AdapterStatus) []string {
	byName := map[string]*fleetv1.AdapterStatus{}
	for i := range storedReports {
		byName[storedReports[i].Name] = &storedReports[i]
	}
	var lost []string
	for _, m := range b.fleet.members {
		for _, adapter := range adapters {
			want := m.reports[adapter]
			got := byName[want.Name]
			if got == nil {
				lost = append(lost, want.Name+" does not exist")
				continue
			}
			if diff := cmp.Diff(want.Report.Data, got.Report.Data) + cmp.Diff(want.Report.Conditions, got.Report.Conditions); diff != "" {
				lost = append(lost, want.Name+" (-answered +stored): "+diff)
			}
		}
	}
	return lost
}

func (b *bench) wrongConditions(storedClusters []fleetv1.Cluster) []string {
	byName := map[string]*fleetv1.Cluster{}
	for i := range storedClusters {
		byName[storedClusters[i].Name] = &storedClusters[i]
	}
	var wrong []string
	for _, m := range b.fleet.members {
		got := byName[m.object.Name]
		if got == nil {
			wrong = append(wrong, m.object.Name+" does not exist")
			continue
		}
		for _, want := range m.status(time.Now()).Conditions {
			if !contracted(want.Type) {
				continue
			}
			have := apimeta.FindStatusCondition(got.Status.Conditions, want.Type)
			if have == nil || have.Status != want.Status || have.Reason != want.Reason || have.Message != want.Message {
				wrong = append(wrong, fmt.Sprintf("%s: %s is %+v, not %+v", m.object.Name, want.Type, have, want))
				break
			}
		}
	}
	return wrong
}

// contracted tells whether a condition follows from the reports alone, as the contract with REST clients says. The others
// depend on what was before.
func contracted(conditionType string) bool {
	return conditionType == fleetv1.ConditionReady || conditionType == fleetv1.ConditionAvailable ||
		strings.HasSuffix(conditionType, "Successful")
}
