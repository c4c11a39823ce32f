package aggregate

import (
	"fmt"
	"sort"
	"strings"
)

// The model says what the conditions should be, in another way than the package: it keeps all that ever happened and, at
// each moment, looks back over the whole history for the words of the contract. It knows no previous conditions, calls
// nothing of the package, and is slow. Times are seconds after the epoch.

// moment is what an evaluation finds, reports aside.
type moment struct {
	now                 int
	kind                string
	generation          int64
	deleting            bool
	required            []string
	pools, addons       int
	fault, held         bool
	deadline            int
	poolsReady, updated bool
}

// arrival is a report that came in before the moment of that number was evaluated.
type arrival struct {
	moment     int
	adapter    string
	generation int64
	observed   int
	// available, finalized and stalled are True, False or Unknown; of the latter two "" is not said.
	available, finalized, stalled string
	message                       string
	// byHand is a report that somebody wrote past all rules.
	byHand bool
}

// value is a condition: its status, reason, generation and since when it has its status.
type value struct {
	status, reason string
	generation     int64
	since          int
	message        string
}

// verdict is all that the model says about a moment.
type verdict struct {
	conditions         map[string]value
	observedGeneration int64
	adapters           string
	finished           bool
	waiting            []string
	recheck            int
}

type history struct {
	moments  []moment
	arrivals []arrival
}

// stored returns the reports of the adapter that were ever stored up to the moment, oldest first, and what became of the
// last that arrived: Store, Answer or Drop.
func (h *history) stored(adapter string, upTo int) (taken []arrival, last string) {
	for _, a := range h.arrivals {
		if a.adapter != adapter || a.moment > upTo {
			continue
		}
		last = "Store"
		if !a.byHand {
			last = h.fate(a, taken)
		}
		if last == "Store" {
			taken = append(taken, a)
		}
	}
	return taken, last
}

// fate goes through rows 5 to 9 of the contract's table of reports.
func (h *history) fate(a arrival, taken []arrival) string {
	m := h.moments[a.moment]
	if a.generation > m.generation {
		return "Drop" // 5
	}
	if len(taken) == 0 {
		return "Store"
	}
	old := taken[len(taken)-1]
	if old.generation > m.generation {
		return "Store" // counts as none
	}
	if old.generation > a.generation || old.generation == a.generation && old.observed > a.observed {
		return "Drop" // 6
	}
	if a.available == "Unknown" && (a.finalized != "True" || !m.deleting) {
		return "Drop" // 7
	}
	same := old.generation == a.generation && old.available == a.available && old.finalized == a.finalized &&
		old.stalled == a.stalled && old.message == a.message
	if same && a.observed-old.observed < 30 {
		return "Answer" // 8
	}
	return "Store" // 9
}

// latest returns the adapter's stored report at the moment, unless it is above the generation.
func (h *history) latest(adapter string, i int) *arrival {
	taken, _ := h.stored(adapter, i)
	if len(taken) == 0 || taken[len(taken)-1].generation > h.moments[i].generation {
		return nil
	}
	return &taken[len(taken)-1]
}

// requiredThat returns the required adapters whose latest report satisfies the test, sorted, each once.
func (h *history) requiredThat(i int, test func(*arrival) bool) []string {
	found := map[string]bool{}
	for _, adapter := range h.moments[i].required {
		if test(h.latest(adapter, i)) {
			found[adapter] = true
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func counts(a *arrival) bool { return a != nil && a.available != "Unknown" }

// readiness is Ready without its time.
func (h *history) readiness(i int) value {
	m := h.moments[i]
	now := func(a *arrival) bool { return a != nil && a.generation == m.generation }
	if m.deleting {
		missing := h.requiredThat(i, func(a *arrival) bool { return !now(a) || a.finalized != "True" })
		if len(missing) != 0 {
			return value{status: "False", reason: "AwaitingFinalization", generation: m.generation, message: fmt.Sprintf(
				"Waiting for adapters to report Finalized=True at generation %d: %s", m.generation, strings.Join(missing, ", "))}
		}
		if m.pools > 0 || m.addons > 0 {
			return value{status: "False", reason: "AwaitingChildren", generation: m.generation,
				message: fmt.Sprintf("Waiting for children to go: node pools %d, add-ons %d", m.pools, m.addons)}
		}
		return value{status: "True", reason: "ResourceFinalized", generation: m.generation,
			message: "Adapters report Finalized=True and no children remain"}
	}
	result := value{status: "True", reason: "ResourceReady", generation: m.generation, message: "All adapters report ready at current generation"}
	refused := h.requiredThat(i, func(a *arrival) bool { return now(a) && a.available == "False" })
	silent := h.requiredThat(i, func(a *arrival) bool { return !now(a) || !counts(a) })
	if len(h.requiredThat(i, counts)) == 0 {
		result = value{status: "False", reason: "AwaitingAdapters", message: "Waiting for adapters to report status"}
	} else if len(refused) != 0 {
		result = value{status: "False", reason: "AdaptersUnavailable", generation: m.generation, message: fmt.Sprintf(
			"Adapters report Available=False at generation %d: %s", m.generation, strings.Join(refused, ", "))}
	} else if len(silent) != 0 {
		result = value{status: "False", reason: "AdaptersPending", generation: m.generation, message: fmt.Sprintf(
			"Waiting for adapters to report at generation %d: %s", m.generation, strings.Join(silent, ", "))}
	}
	if m.held {
		result.status, result.reason, result.message = "False", "ClusterNotFound", "held"
	}
	return result
}

func (h *history) isReady(i int) bool { return h.readiness(i).status == "True" }

// agreed is Available where all required adapters agree on a generation at that very moment, else nil.
func (h *history) agreed(i int) *value {
	m := h.moments[i]
	for g := int64(1); g <= m.generation; g++ {
		here := h.requiredThat(i, func(a *arrival) bool { return counts(a) && a.generation == g })
		all := h.requiredThat(i, func(*arrival) bool { return true })
		if len(all) == 0 || len(here) != len(all) {
			continue
		}
		refused := h.requiredThat(i, func(a *arrival) bool { return a.available == "False" })
		if len(refused) == 0 {
			return &value{status: "True", reason: "ResourceAvailable", generation: g, message: m.kind + " is accessible"}
		}
		return &value{status: "False", reason: "AdaptersUnavailable", generation: g, message: fmt.Sprintf(
			"Adapters report Available=False at generation %d: %s", g, strings.Join(refused, ", "))}
	}
	return nil
}

// availability is Available without its time: what was last agreed, however long ago.
func (h *history) availability(i int) value {
	for j := i; j >= 0; j-- {
		if v := h.agreed(j); v != nil {
			return *v
		}
	}
	return value{status: "False", reason: "AwaitingAdapters", message: "Waiting for adapters to report status"}
}

// lastChange returns when the status last became what it is at the moment i; born is the status at birth, at time 0.
func (h *history) lastChange(i int, born string, status func(int) string) int {
	for j := i; j >= 0; j-- {
		before := born
		if j > 0 {
			before = status(j - 1)
		}
		if status(j) != before {
			return h.moments[j].now
		}
	}
	return 0
}
