package aggregate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// deleted turns an Input into that of a deleted object.
func deleted(in *Input) { in.Generation, in.Deleting = in.Generation+1, true }

func reporting(pairs ...any) func(*Input) {
	return func(in *Input) { in.Reports = by(pairs...) }
}

func requiring(adapters ...string) func(*Input) {
	return func(in *Input) { in.Required = adapters }
}

func atGeneration(generation int64) func(*Input) {
	return func(in *Input) { in.Generation = generation }
}

func TestReadyRows(t *testing.T) {
	cases := map[string]struct {
		in            Input
		want, message string
	}{
		"R1: a required adapter has not reported Finalized=True": {
			with(newborn(), deleted, reporting("dns", says(2, "Available=True", "Finalized=True"), "validation", says(2, "Available=True", "Finalized=False"))),
			"False AwaitingFinalization 2", "Waiting for adapters to report Finalized=True at generation 2: validation",
		},
		"R1: Finalized=True from before the deletion is of no use": {
			with(newborn(), deleted, reporting("dns", says(1, "Available=True", "Finalized=True"), "validation", says(2, "Available=True", "Finalized=True"))),
			"False AwaitingFinalization 2", "Waiting for adapters to report Finalized=True at generation 2: dns",
		},
		"R1: Finalized=True above the generation counts as none": {
			with(newborn(), deleted, requiring("dns"), reporting("dns", says(3, "Available=True", "Finalized=True"))),
			"False AwaitingFinalization 2", "Waiting for adapters to report Finalized=True at generation 2: dns",
		},
		"R1: goes before R2, and names all, sorted": {
			with(newborn(), deleted, requiring("validation", "dns"), func(in *Input) { in.Children.Addons = []string{"a"} }),
			"False AwaitingFinalization 2", "Waiting for adapters to report Finalized=True at generation 2: dns, validation",
		},
		"R2: node pools and add-ons left": {
			with(newborn(), deleted, reporting("dns", says(2, "Available=False", "Finalized=True"), "validation", says(2, "Available=Unknown", "Finalized=True")),
				func(in *Input) { in.Children = Children{NodePools: []string{"a", "b"}, Addons: []string{"c"}} }),
			"False AwaitingChildren 2", "Waiting for children to go: node pools 2, add-ons 1",
		},
		"R2: add-ons alone left, nobody required": {
			with(newborn(), deleted, requiring(), func(in *Input) { in.Children.Addons = []string{"c"} }),
			"False AwaitingChildren 2", "Waiting for children to go: node pools 0, add-ons 1",
		},
		"R3: nothing left, whatever Available says": {
			with(newborn(), deleted, reporting("dns", says(2, "Available=False", "Finalized=True"), "validation", says(2, "Available=Unknown", "Finalized=True"))),
			"True ResourceFinalized 2", "Adapters report Finalized=True and no children remain",
		},
		"R3: nobody required": {
			with(newborn(), deleted, requiring()),
			"True ResourceFinalized 2", "Adapters report Finalized=True and no children remain",
		},
		"R4: no report": {
			newborn(), "False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: an AdapterStatus without a report": {
			with(newborn(), reporting("dns", nil)), "False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: Available=Unknown does not count": {
			with(newborn(), reporting("dns", says(1, "Available=Unknown"))), "False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: a report without Available does not count": {
			with(newborn(), reporting("dns", says(1))), "False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: a report above the generation does not count": {
			with(newborn(), reporting("dns", says(2, "Available=True"), "validation", says(2, "Available=True"))),
			"False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: reports of adapters that are not required do not count": {
			with(newborn(), reporting("other", says(1, "Available=True"))), "False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R4: nobody required is never Ready": {
			with(newborn(), requiring(), reporting("other", says(1, "Available=True"))),
			"False AwaitingAdapters 0", "Waiting for adapters to report status",
		},
		"R5: all report Available=False": {
			with(newborn(), reporting("validation", says(1, "Available=False"), "dns", says(1, "Available=False"))),
			"False AdaptersUnavailable 1", "Adapters report Available=False at generation 1: dns, validation",
		},
		"R5: goes before R6": {
			with(newborn(), reporting("dns", says(1, "Available=False"))),
			"False AdaptersUnavailable 1", "Adapters report Available=False at generation 1: dns",
		},
		"R5: an adapter that is not required does not matter": {
			with(newborn(), requiring("dns"), reporting("dns", says(1, "Available=True"), "other", says(1, "Available=False"))),
			"True ResourceReady 1", "All adapters report ready at current generation",
		},
		"R6: Available=False at an older generation is pending": {
			with(newborn(), atGeneration(2), reporting("dns", says(1, "Available=False"), "validation", says(2, "Available=True"))),
			"False AdaptersPending 2", "Waiting for adapters to report at generation 2: dns",
		},
		"R6: Available=Unknown at the generation is pending": {
			with(newborn(), reporting("dns", says(1, "Available=Unknown"), "validation", says(1, "Available=True"))),
			"False AdaptersPending 1", "Waiting for adapters to report at generation 1: dns",
		},
		"R7: all report Available=True": {
			with(newborn(), reporting("dns", says(1, "Available=True"), "validation", says(1, "Available=True"))),
			"True ResourceReady 1", "All adapters report ready at current generation",
		},
		"R7: Finalized=False does not matter to an object that stays": {
			with(newborn(), requiring("dns"), reporting("dns", says(1, "Available=True", "Finalized=False"))),
			"True ResourceReady 1", "All adapters report ready at current generation",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			ready := condition(t, result, fleetv1.ConditionReady)
			if diff := cmp.Diff([]string{c.want, c.message}, []string{brief(ready), ready.Message}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if want := c.in.Deleting && ready.Status == metav1.ConditionTrue; result.Finished != want {
				t.Errorf("Finished = %v, want %v", result.Finished, want)
			}
			mustBeValid(t, result)
		})
	}
}

func TestAvailableRows(t *testing.T) {
	bothAt1 := with(newborn(), reporting("dns", says(1, "Available=True"), "validation", says(1, "Available=True")))
	const accessible = "Cluster is accessible"
	const awaiting = "Waiting for adapters to report status"
	cases := map[string]struct {
		in            Input
		want, message string
	}{
		"A1: all at one generation": {bothAt1, "True ResourceAvailable 1", accessible},
		"A1: of a NodePool": {
			with(bothAt1, func(in *Input) { in.Kind = fleetv1.KindNodePool }), "True ResourceAvailable 1", "NodePool is accessible",
		},
		"A1: all at one older generation": {
			with(bothAt1, atGeneration(7)), "True ResourceAvailable 1", accessible,
		},
		"A1: while deleting": {with(bothAt1, deleted), "True ResourceAvailable 1", accessible},
		"A2: at an older generation, one is not available": {
			with(newborn(), atGeneration(3), reporting("dns", says(2, "Available=False"), "validation", says(2, "Available=True"))),
			"False AdaptersUnavailable 2", "Adapters report Available=False at generation 2: dns",
		},
		"A2: of adapters that are not required none is named": {
			with(newborn(), reporting("dns", says(1, "Available=False"), "validation", says(1, "Available=False"), "other", says(1, "Available=False"))),
			"False AdaptersUnavailable 1", "Adapters report Available=False at generation 1: dns, validation",
		},
		"A3: mixed generations": {
			then(bothAt1, 9, atGeneration(2), reporting("dns", says(2, "Available=False"), "validation", says(1, "Available=True"))),
			"True ResourceAvailable 1", accessible,
		},
		"A3: a report is gone": {
			then(bothAt1, 9, reporting("dns", says(1, "Available=False"))), "True ResourceAvailable 1", accessible,
		},
		"A3: an adapter is newly required": {
			then(bothAt1, 9, requiring("dns", "validation", "new")), "True ResourceAvailable 1", accessible,
		},
		"A3: nobody is required any more": {
			then(bothAt1, 9, requiring()), "True ResourceAvailable 1", accessible,
		},
		"A4: nothing known": {newborn(), "False AwaitingAdapters 0", awaiting},
		"A4: mixed generations from the beginning": {
			with(newborn(), atGeneration(2), reporting("dns", says(2, "Available=True"), "validation", says(1, "Available=True"))),
			"False AwaitingAdapters 0", awaiting,
		},
		"A4: a previous value about a generation that was never reached is not known": {
			with(newborn(), func(in *Input) {
				in.Previous = []metav1.Condition{{Type: "Available", Status: "True", Reason: "ResourceAvailable", ObservedGeneration: 5, LastTransitionTime: second(0)}}
			}), "False AwaitingAdapters 0", awaiting,
		},
		"A4: a previous Unknown is not known": {
			with(newborn(), func(in *Input) {
				in.Previous = []metav1.Condition{{Type: "Available", Status: "Unknown", Reason: "Hand", LastTransitionTime: second(0)}}
			}), "False AwaitingAdapters 0", awaiting,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			available := condition(t, result, fleetv1.ConditionAvailable)
			if diff := cmp.Diff([]string{c.want, c.message}, []string{brief(available), available.Message}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			mustBeValid(t, result)
		})
	}
}

func TestA3KeepsAvailableEntirely(t *testing.T) {
	kept := metav1.Condition{
		Type: "Available", Status: metav1.ConditionFalse, Reason: "Whatever", Message: "as it was",
		ObservedGeneration: 1, LastTransitionTime: second(-99),
	}
	in := with(newborn(), atGeneration(2), reporting("dns", says(2, "Available=True")), func(in *Input) {
		in.Previous = []metav1.Condition{kept}
	})
	if diff := cmp.Diff(kept, condition(t, Aggregate(in), fleetv1.ConditionAvailable)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTransitionTimes(t *testing.T) {
	available := reporting("dns", says(1, "Available=True"), "validation", says(1, "Available=True"))
	ready := with(newborn(), available)
	cases := map[string]struct {
		in               Input
		ready, available int
	}{
		"until a status changes they are those of birth":         {with(newborn(), func(in *Input) { in.Now = second(50) }), 0, 0},
		"a first evaluation that finds True has changed it":      {ready, 1, 1},
		"the reference time of the evaluation that changed it":   {then(newborn(), 30, available), 30, 30},
		"a new reason does not move them":                        {then(newborn(), 30, reporting("dns", says(1, "Available=False"), "validation", says(1, "Available=False"))), 0, 0},
		"a new generation with the same status does not move it": {then(ready, 30, atGeneration(2), reporting("dns", says(2, "Available=True"), "validation", says(2, "Available=True"))), 1, 1},
		"lost health moves both":                                 {then(ready, 30, reporting("dns", says(1, "Available=False"), "validation", says(1, "Available=True"))), 30, 30},
		"a spec change moves Ready":                              {then(ready, 30, atGeneration(2)), 30, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			got := []int{age(condition(t, result, fleetv1.ConditionReady)), age(condition(t, result, fleetv1.ConditionAvailable))}
			if diff := cmp.Diff([]int{c.ready, c.available}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	cases := map[string]struct {
		in   Input
		want string
	}{
		"nobody yet":                             {newborn(), "0/2"},
		"nobody required":                        {with(newborn(), requiring()), "0/0"},
		"one of two, named twice":                {with(newborn(), requiring("dns", "validation", "dns"), reporting("dns", says(1, "Available=True"))), "1/2"},
		"only the present generation counts":     {with(newborn(), atGeneration(2), reporting("dns", says(1, "Available=True"))), "0/2"},
		"only True counts":                       {with(newborn(), reporting("dns", says(1, "Available=False"))), "0/2"},
		"an adapter that is not required is out": {with(newborn(), reporting("other", says(1, "Available=True"))), "0/2"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Aggregate(c.in).Adapters; got != c.want {
				t.Errorf("Adapters = %s, want %s", got, c.want)
			}
		})
	}
}
