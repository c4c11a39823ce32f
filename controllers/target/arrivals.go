package target

import (
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Arrivals remember when the first report came in that the status of its target does not show yet. The zero value remembers
// nothing.
type Arrivals struct {
	mu    sync.Mutex
	since map[client.ObjectKey]time.Time
}

// Saw notes that a report about a target came in.
func (a *Arrivals) Saw(target client.ObjectKey, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, waits := a.since[target]; waits {
		return
	}
	if a.since == nil {
		a.since = map[client.ObjectKey]time.Time{}
	}
	a.since[target] = at
}

// take forgets and returns since when a report about a target has been waiting; zero if none has.
func (a *Arrivals) take(target client.ObjectKey) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	since := a.since[target]
	delete(a.since, target)
	return since
}

// fresh tells whether an update of an AdapterStatus, or its creation, brought a new report.
func fresh(e event.UpdateEvent) bool {
	after, ok := e.ObjectNew.(*fleetv1.AdapterStatus)
	if !ok || after.Report == nil {
		return false
	}
	before, ok := e.ObjectOld.(*fleetv1.AdapterStatus)
	return !ok || before.Report == nil || !before.Report.ObservedTime.Equal(&after.Report.ObservedTime)
}
