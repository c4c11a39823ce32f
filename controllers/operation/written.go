package operation

import (
	"sync"

	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// written are the records that were written and that the cache may not show yet.
type written struct {
	mu      *sync.Mutex
	records map[Target]map[client.ObjectKey]*fleetv1.Operation
}

func newWritten() written {
	return written{mu: &sync.Mutex{}, records: map[Target]map[client.ObjectKey]*fleetv1.Operation{}}
}

// targetOf is what a record is about.
func targetOf(record *fleetv1.Operation) Target {
	target := Target{Kind: record.Spec.Target.Kind}
	target.Namespace, target.Name = record.Namespace, record.Spec.Target.Name
	return target
}

// add remembers a record as it was written.
func (w *written) add(record *fleetv1.Operation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	target := targetOf(record)
	if w.records[target] == nil {
		w.records[target] = map[client.ObjectKey]*fleetv1.Operation{}
	}
	w.records[target][client.ObjectKeyFromObject(record)] = record.DeepCopy()
}

// shown forgets a record that the cache shows as it was written, or that is gone.
func (w *written) shown(record *fleetv1.Operation, gone bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	target, key := targetOf(record), client.ObjectKeyFromObject(record)
	kept := w.records[target][key]
	if kept == nil || !gone && newer(kept, record) {
		return
	}
	delete(w.records[target], key)
	if len(w.records[target]) == 0 {
		delete(w.records, target)
	}
}

// over lays what was written over what the cache shows.
func (w *written) over(target Target, cached []*fleetv1.Operation) []*fleetv1.Operation {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest := w.records[target]
	if len(latest) == 0 {
		return cached
	}
	shown := map[client.ObjectKey]bool{}
	for i, record := range cached {
		key := client.ObjectKeyFromObject(record)
		shown[key] = true
		if kept := latest[key]; kept != nil && newer(kept, record) {
			cached[i] = kept.DeepCopy()
		}
	}
	for key, kept := range latest {
		if !shown[key] {
			cached = append(cached, kept.DeepCopy())
		}
	}
	return cached
}

// newer tells whether one state of a record is later than another.
func newer(a, b *fleetv1.Operation) bool {
	order, err := resourceversion.CompareResourceVersion(a.ResourceVersion, b.ResourceVersion)
	return err == nil && order > 0
}
