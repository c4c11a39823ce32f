package aggregate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// play is one random history, told to the package and to the model at the same time.
type play struct {
	t        *rapid.T
	model    history
	present  moment
	stored   map[string]*fleetv1.Report
	previous []metav1.Condition
	observed int64
}

// TestRandomHistories compares the package with the model, step by step, over random histories: changes of the spec,
// reports in any order, generation and status, changed requirements, deletion, children, faults and deadlines.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &play{
			t: t,
			present: moment{
				now: 1, generation: 1, poolsReady: true,
				kind:     rapid.SampledFrom([]string{"Cluster", "NodePool"}).Draw(t, "kind"),
				required: rapid.SliceOfN(rapid.SampledFrom(cast), 0, 4).Draw(t, "required"),
				deadline: rapid.SampledFrom([]int{0, 40, 90}).Draw(t, "deadline"),
			},
			stored:   map[string]*fleetv1.Report{},
			observed: -1,
		}
		p.evaluate()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			p.present.now += rapid.SampledFrom([]int{0, 1, 7, 25, 60}).Draw(t, "pause")
			p.step()
			p.evaluate()
		}
	})
}

// step lets one thing happen, reports most often.
func (p *play) step() {
	what := rapid.SampledFrom([]string{
		"report", "report", "report", "report", "report", "report", "all well", "all finalized",
		"spec", "require", "delete", "children", "fault", "hold", "deadline", "pools", "nothing",
	}).Draw(p.t, "step")
	m := &p.present
	switch what {
	case "report":
		p.randomReport()
	case "all well":
		p.allReport("True", "")
	case "all finalized":
		p.allReport("False", "True")
	case "spec":
		if !m.deleting {
			m.generation++
		}
	case "require":
		m.required = rapid.SliceOfN(rapid.SampledFrom(cast), 0, 5).Draw(p.t, "required")
	case "delete":
		if !m.deleting && rapid.IntRange(0, 3).Draw(p.t, "really") == 0 {
			m.deleting, m.generation = true, m.generation+1
		}
	case "children":
		m.pools, m.addons = rapid.IntRange(0, 2).Draw(p.t, "pools"), rapid.IntRange(0, 1).Draw(p.t, "addons")
	case "fault":
		m.fault = !m.fault
	case "hold":
		m.held = !m.held
	case "deadline":
		m.deadline = rapid.SampledFrom([]int{0, 40, 90}).Draw(p.t, "deadline")
	case "pools":
		m.poolsReady, m.updated = rapid.Bool().Draw(p.t, "poolsReady"), rapid.Bool().Draw(p.t, "updated")
	}
}

func (p *play) randomReport() {
	back := rapid.SampledFrom([]int64{0, 0, 0, 0, 1, 2, -1}).Draw(p.t, "back")
	p.report(arrival{
		adapter:    rapid.SampledFrom(cast).Draw(p.t, "adapter"),
		generation: max(1, p.present.generation-back),
		observed:   p.present.now - rapid.SampledFrom([]int{0, 0, 0, 3, 50}).Draw(p.t, "age"),
		available:  rapid.SampledFrom([]string{"True", "True", "False", "Unknown"}).Draw(p.t, "available"),
		finalized:  rapid.SampledFrom([]string{"", "False", "True"}).Draw(p.t, "finalized"),
		stalled:    rapid.SampledFrom([]string{"", "", "False", "True"}).Draw(p.t, "stalled"),
		message:    rapid.SampledFrom([]string{"", "", "words"}).Draw(p.t, "message"),
		byHand:     rapid.IntRange(0, 9).Draw(p.t, "byHand") == 0,
	})
}

func (p *play) allReport(available, finalized string) {
	for _, adapter := range cast {
		p.report(arrival{
			adapter: adapter, generation: p.present.generation, observed: p.present.now, available: available, finalized: finalized,
		})
	}
}

// report sends one report to both and compares what becomes of it.
func (p *play) report(a arrival) {
	a.moment = len(p.model.moments)
	p.model.arrivals = append(p.model.arrivals, a)
	p.model.moments = append(p.model.moments, p.present) // for the decision only
	_, want := p.model.stored(a.adapter, a.moment)
	p.model.moments = p.model.moments[:a.moment]

	words := []string{"Available=" + a.available + "::" + a.message}
	if a.finalized != "" {
		words = append(words, "Finalized="+a.finalized)
	}
	if a.stalled != "" {
		words = append(words, "Stalled="+a.stalled)
	}
	incoming := observed(a.observed, says(a.generation, words...))
	stored := p.stored[a.adapter]
	decision := Decide(stored, incoming, p.present.generation, p.present.deleting, heartbeat)
	if a.byHand {
		decision = Store
	}
	if string(decision) != want {
		p.t.Fatalf("of the report %+v becomes %s, want %s; stored is %+v", a, decision, want, stored)
	}
	if decision == Store {
		p.stored[a.adapter] = throughServer(p.t, Merge(stored, incoming))
	}
}

// input returns the present moment for the package.
func (p *play) input() Input {
	m := p.present
	in := Input{
		Kind: m.kind, Generation: m.generation, CreatedTime: second(0), Deleting: m.deleting, Required: m.required,
		Previous: p.previous, ObservedGeneration: p.observed, Updated: m.updated, PoolsReady: m.poolsReady,
		Deadline: time.Duration(m.deadline) * time.Second, Now: second(m.now),
	}
	for _, adapter := range cast {
		if report, found := p.stored[adapter]; found {
			in.Reports = append(in.Reports, AdapterReport{Adapter: adapter, Report: report})
		}
	}
	for i := range m.pools {
		in.Children.NodePools = append(in.Children.NodePools, fmt.Sprint("pool", i))
	}
	for i := range m.addons {
		in.Children.Addons = append(in.Children.Addons, fmt.Sprint("addon", i))
	}
	if m.fault {
		in.Fault = &Fault{Reason: fleetv1.ReasonPlatformNotFound, Message: "fault"}
	}
	if m.held {
		in.Hold = &Fault{Reason: fleetv1.ReasonClusterNotFound, Message: "held"}
	}
	return in
}

// evaluate lets both judge the present moment, compares them and checks what must always hold.
func (p *play) evaluate() {
	p.model.moments = append(p.model.moments, p.present)
	in := p.input()
	before := throughServer(p.t, in)
	result := throughServer(p.t, Aggregate(in))
	if diff := cmp.Diff(before, throughServer(p.t, in)); diff != "" {
		p.t.Fatalf("Aggregate changed its input:\n%s", diff)
	}
	if diff := cmp.Diff(p.model.verdict(), verdictOf(result), cmp.AllowUnexported(verdict{}, value{}), cmpopts.EquateEmpty()); diff != "" {
		p.t.Fatalf("at moment %d the package differs from the model (-model +package):\n%s\ninput: %+v", len(p.model.moments)-1, diff, in)
	}
	p.mustHold(in, result)
	p.previous, p.observed = result.Conditions, result.ObservedGeneration
}

// verdictOf puts a Result into the terms of the model, which does not word Reconciling, Stalled and the latches.
func verdictOf(result Result) verdict {
	got := verdict{
		conditions: map[string]value{}, observedGeneration: result.ObservedGeneration,
		adapters: result.Adapters, finished: result.Finished, waiting: result.Waiting,
	}
	for _, c := range result.Conditions {
		v := value{string(c.Status), c.Reason, c.ObservedGeneration, age(c), c.Message}
		if slices.Contains([]string{"Reconciling", "Stalled", "Provisioned", "Updated"}, c.Type) {
			v.message = ""
		}
		got.conditions[c.Type] = v
	}
	if !result.Recheck.IsZero() {
		got.recheck = int(result.Recheck.Sub(epoch) / time.Second)
	}
	return got
}

// mustHold checks what holds at any moment of any history.
func (p *play) mustHold(in Input, result Result) {
	if faults := schemaFaults(result.Conditions); len(faults) > 0 {
		p.t.Fatalf("the API server would refuse: %v", faults)
	}
	ready := condition(p.t, result, fleetv1.ConditionReady)
	if ready.Status == metav1.ConditionTrue && !in.Deleting {
		for _, adapter := range in.Required {
			report := p.stored[adapter]
			if report == nil || report.ObservedGeneration != in.Generation || report.Condition("Available").Status != metav1.ConditionTrue {
				p.t.Fatalf("Ready at generation %d, but %s reported %+v", in.Generation, adapter, report)
			}
		}
		if len(in.Required) == 0 {
			p.t.Fatal("Ready with nobody required")
		}
	}
	if got := kstatus(in, result); (got == "Current") != (ready.Status == metav1.ConditionTrue && !in.Deleting &&
		condition(p.t, result, fleetv1.ConditionStalled).Status != metav1.ConditionTrue) {
		p.t.Fatalf("kstatus is %s with %v", got, result.Conditions)
	}
	if result.ObservedGeneration < in.ObservedGeneration || result.ObservedGeneration > in.Generation {
		p.t.Fatalf("observedGeneration went from %d to %d at generation %d", in.ObservedGeneration, result.ObservedGeneration, in.Generation)
	}

	again := in
	again.Previous, again.ObservedGeneration = result.Conditions, result.ObservedGeneration
	if diff := cmp.Diff(result, throughServer(p.t, Aggregate(again))); diff != "" {
		p.t.Fatalf("a second evaluation differs (-first +second):\n%s", diff)
	}
	shuffled := in
	shuffled.Required = rapid.Permutation(append(slices.Clone(in.Required), in.Required...)).Draw(p.t, "required again")
	shuffled.Reports = rapid.Permutation(append(slices.Clone(in.Reports), in.Reports...)).Draw(p.t, "reports again")
	shuffled.Previous = rapid.Permutation(in.Previous).Draw(p.t, "previous again")
	shuffled.Children.NodePools = rapid.Permutation(in.Children.NodePools).Draw(p.t, "pools again")
	if diff := cmp.Diff(result, throughServer(p.t, Aggregate(shuffled))); diff != "" {
		p.t.Fatalf("order or repetition matters (-as is +shuffled):\n%s", diff)
	}
}
