package operation

import (
	"sync"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
)

// numbers are the highest sequences that are known, by namespace.
type numbers struct {
	mu      *sync.Mutex
	highest map[string]int64
}

func newNumbers() numbers { return numbers{mu: &sync.Mutex{}, highest: map[string]int64{}} }

// seen takes note of a record's number.
func (n *numbers) seen(record *fleetv1.Operation) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.highest[record.Namespace] = max(n.highest[record.Namespace], operation.Sequence(record.Name), record.Spec.Sequence)
}

// next gives out a number that is higher than all known ones.
func (n *numbers) next(namespace string) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.highest[namespace]++
	return n.highest[namespace]
}

// known tells whether any number of the namespace is known.
func (n *numbers) known(namespace string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, known := n.highest[namespace]
	return known
}
