//go:build e2e

package hyperfleet

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// The model says what the tables of reports and conditions make of a history. It shares nothing with the code that it judges.

// heartbeat is that of the Platforms that the suite makes.
const heartbeat = 30 * time.Second

// finding is a condition of a report.
type finding struct {
	conditionType, status, reason, message string
	since                                  time.Time
}

// told is a report.
type told struct {
	generation int
	at         time.Time
	findings   []finding
	// data is a JSON object; first is the time of the adapter's first report.
	data  string
	first time.Time
}

func (r *told) status(conditionType string) string {
	if r == nil {
		return ""
	}
	for _, f := range r.findings {
		if f.conditionType == conditionType {
			return f.status
		}
	}
	return ""
}

// sentence is a synthesized condition. moved says that its status changed at the last step: then since is not known but for the
// moments around that step.
type sentence struct {
	status, reason, message string
	generation              int
	since                   time.Time
	moved                   bool
}

// book is all that the model knows about one object.
type book struct {
	kind       string
	required   []string
	generation int
	deleting   bool
	pools      int
	created    time.Time
	reports    map[string]*told

	ready, available sentence
}

// newBook is the book of an object that was just created.
func newBook(kind string, created time.Time, required ...string) *book {
	slices.Sort(required)
	awaiting := sentence{status: "False", reason: "AwaitingAdapters", message: "Waiting for adapters to report status", since: created}
	return &book{
		kind: kind, required: required, generation: 1, created: created, reports: map[string]*told{},
		ready: awaiting, available: awaiting,
	}
}

// take says what a report is answered with: the status, and the report shown, if any.
func (b *book) take(adapter string, r told) (int, *told) {
	old := b.reports[adapter]
	ends := b.deleting && r.status("Finalized") == "True"
	switch {
	case r.generation > b.generation:
		return 204, nil
	case old != nil && (old.generation > r.generation || old.generation == r.generation && old.at.After(r.at)):
		return 204, nil
	case old != nil && r.status("Available") == "Unknown" && !ends:
		return 204, nil
	case old != nil && sameWords(old, &r) && r.at.Before(old.at.Add(heartbeat)):
		return 201, old
	}
	r.first = r.at
	if old != nil {
		r.first = old.first
	}
	for i := range r.findings {
		r.findings[i].since = r.at
		if old == nil {
			continue
		}
		for _, before := range old.findings {
			if before.conditionType == r.findings[i].conditionType && before.status == r.findings[i].status {
				r.findings[i].since = before.since
			}
		}
	}
	b.reports[adapter] = &r
	return 201, &r
}

func sameWords(a, b *told) bool {
	return a.generation == b.generation && a.data == b.data && slices.EqualFunc(a.findings, b.findings, func(x, y finding) bool {
		return x.conditionType == y.conditionType && x.status == y.status && x.reason == y.reason && x.message == y.message
	})
}

// counted returns an adapter's report if it counts.
func (b *book) counted(adapter string) *told {
	r := b.reports[adapter]
	if s := r.status("Available"); s != "True" && s != "False" || r.generation > b.generation {
		return nil
	}
	return r
}

// requiredThat returns the required adapters that satisfy a test, as text.
func (b *book) requiredThat(test func(string) bool) string {
	var names []string
	for _, name := range b.required {
		if test(name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// evaluate goes through the tables.
func (b *book) evaluate() {
	b.ready = b.ready.become(b.nextReady())
	b.available = b.available.become(b.nextAvailable())
}

func (s sentence) become(next sentence) sentence {
	next.moved = next.status != s.status
	next.since = s.since
	return next
}

func (b *book) nextReady() sentence {
	g := b.generation
	say := func(reason, message string, args ...any) sentence {
		return sentence{status: "False", reason: reason, message: fmt.Sprintf(message, args...), generation: g}
	}
	if b.deleting {
		open := b.requiredThat(func(name string) bool {
			r := b.reports[name]
			return r == nil || r.generation != g || r.status("Finalized") != "True"
		})
		if open != "" {
			return say("AwaitingFinalization", "Waiting for adapters to report Finalized=True at generation %d: %s", g, open)
		}
		return say("AwaitingChildren", "Waiting for children to go: node pools %d, add-ons 0", b.pools)
	}
	now := func(name string) *told {
		if r := b.counted(name); r != nil && r.generation == g {
			return r
		}
		return nil
	}
	if b.requiredThat(func(name string) bool { return b.counted(name) != nil }) == "" {
		return sentence{status: "False", reason: "AwaitingAdapters", message: "Waiting for adapters to report status"}
	}
	if failing := b.requiredThat(func(name string) bool { return now(name).status("Available") == "False" }); failing != "" {
		return say("AdaptersUnavailable", "Adapters report Available=False at generation %d: %s", g, failing)
	}
	if silent := b.requiredThat(func(name string) bool { return now(name) == nil }); silent != "" {
		return say("AdaptersPending", "Waiting for adapters to report at generation %d: %s", g, silent)
	}
	return sentence{status: "True", reason: "ResourceReady", message: "All adapters report ready at current generation", generation: g}
}

func (b *book) nextAvailable() sentence {
	generations := map[int]bool{}
	for _, name := range b.required {
		r := b.counted(name)
		if r == nil {
			return b.available
		}
		generations[r.generation] = true
	}
	if len(generations) != 1 {
		return b.available
	}
	g := slices.Collect(maps.Keys(generations))[0]
	failing := b.requiredThat(func(name string) bool { return b.counted(name).status("Available") == "False" })
	if failing == "" {
		return sentence{status: "True", reason: "ResourceAvailable", message: b.kind + " is accessible", generation: g}
	}
	return sentence{
		status: "False", reason: "AdaptersUnavailable", generation: g,
		message: fmt.Sprintf("Adapters report Available=False at generation %d: %s", g, failing),
	}
}

// finished tells whether nothing keeps the object any more.
func (b *book) finished() bool {
	return b.deleting && b.pools == 0 && b.ready.reason == "AwaitingChildren"
}

// lastUpdated is the time of the newest report that the synthesized conditions depend on.
func (b *book) lastUpdated() time.Time {
	newest := b.created
	for _, name := range b.required {
		if r := b.counted(name); r != nil && r.at.After(newest) {
			newest = r.at
		}
	}
	return newest
}
