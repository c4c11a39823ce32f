package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

func TestChooseRows(t *testing.T) {
	all, err := chooseRows("")
	if err != nil || len(all) != len(rows) {
		t.Errorf("without a choice all rows are measured, not %d: %v", len(all), err)
	}
	some, err := chooseRows("storm,get")
	if err != nil || len(some) != 2 || some[0].name != "get" || some[1].name != "storm" {
		t.Errorf("chosen rows keep the order of the list: %v, %v", some, err)
	}
	if _, err := chooseRows("get,unknown"); err == nil || !strings.Contains(err.Error(), "unknown") {
		t.Errorf("an unknown row is refused by name: %v", err)
	}
}

func TestID(t *testing.T) {
	m := &member{object: newCluster("c", 0)}
	m.object.Labels[fleetv1.LabelID] = "3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3"
	if got := m.id(); got != "23qcxt2vtcomxjix6fzx8nsixv" {
		t.Errorf("the id is %s", got)
	}
}

func TestFleet(t *testing.T) {
	f := newFleet(minClusters)
	seen := map[*member]bool{}
	for n := range f.members {
		seen[f.member(n)] = true
	}
	if len(seen) != len(f.members) {
		t.Errorf("%d members come round in %d turns", len(seen), len(f.members))
	}
	ids := map[string]bool{}
	for i := range 20_000 {
		id := seededID(i)
		if len(id) != 36 {
			t.Fatalf("%q is no UUID", id)
		}
		ids[id] = true
	}
	if len(ids) != 20_000 {
		t.Error("two members have one id")
	}
}

func TestStatusFollowsReports(t *testing.T) {
	m := &member{object: newCluster("c", 0), reports: map[string]*fleetv1.AdapterStatus{}}
	m.object.Generation = 1
	for _, adapter := range adapters {
		m.reports[adapter] = m.adapterStatus(adapter, newReportOf(adapter, true, 1, time.Now()))
	}
	ready := func() metav1.ConditionStatus {
		for _, c := range m.status(time.Now()).Conditions {
			if c.Type == fleetv1.ConditionReady {
				return c.Status
			}
		}
		return ""
	}
	if got := ready(); got != metav1.ConditionTrue {
		t.Errorf("with all adapters available Ready is %s", got)
	}
	before := m.reports[flipper].Report
	after := m.say(flipper, false)
	if got := ready(); got != metav1.ConditionFalse {
		t.Errorf("with one adapter unavailable Ready is %s", got)
	}
	if after.Condition(fleetv1.ReportAvailable).LastTransitionTime == before.Condition(fleetv1.ReportAvailable).LastTransitionTime ||
		after.Condition(fleetv1.ReportHealth).LastTransitionTime != before.Condition(fleetv1.ReportHealth).LastTransitionTime {
		t.Error("only what changed has a new transition time")
	}
}

func TestTable(t *testing.T) {
	b := &bench{report: report{Clusters: 10, Cores: 2, Go: "go1"}}
	b.note("get", "facade", measured{
		Result: load.Result{Latencies: []time.Duration{time.Millisecond, 3 * time.Millisecond}, Elapsed: time.Second},
		cpu:    map[string]time.Duration{facadeName: time.Millisecond, generatorName: 4 * time.Millisecond},
	})
	b.report.Rows = []outcome{
		{Name: "get", What: "rate", Target: "≥ 1/s", Measured: "2/s", Ratio: "2.00×", Against: "bare", Met: true},
		{Name: "storm", What: "lost", Target: "0", Measured: "1", Wrong: []string{"c.cluster.dns"}},
	}
	var out bytes.Buffer
	if err := b.report.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"10 clusters", "get   facade  2", "1.00", "3.00", "0.500", "2.000", "WRONG: c.cluster.dns", "2.00×",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	err := b.verdict()
	if err == nil || !strings.Contains(err.Error(), "storm: c.cluster.dns") {
		t.Errorf("a wrong result is a failure: %v", err)
	}
	b.report.Rows = []outcome{{Name: "get", Met: false}}
	if err := b.verdict(); err != nil {
		t.Errorf("a missed target is none: %v", err)
	}
}
