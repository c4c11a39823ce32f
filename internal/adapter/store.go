package adapter

import (
	"context"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/reports"
)

// store writes a report unless one that says the same stands and the heartbeat is not due.
func (r *reconciler) store(ctx context.Context, s *scope, report *fleetv1.Report) error {
	stored := s.stored()
	if stored != nil && aggregate.SameReport(stored, report) && r.clock.Since(stored.ObservedTime.Time) < heartbeat(s) {
		report = stored
	}
	return r.write(ctx, s, report)
}

// write brings the AdapterStatus to that report in one write, or none if it is so already.
func (r *reconciler) write(ctx context.Context, s *scope, report *fleetv1.Report) error {
	if s.status == nil {
		status := &fleetv1.AdapterStatus{ObjectMeta: metav1.ObjectMeta{
			Namespace: s.target.Object().GetNamespace(),
			Name:      fleetv1.AdapterStatusName(s.target.Ref(), r.name),
		}}
		r.render(s, status, report)
		if err := r.client.Create(ctx, status); err != nil {
			return fmt.Errorf("creating AdapterStatus %s: %w", client.ObjectKeyFromObject(status), err)
		}
		r.own.note(status)
		s.status = status
		return nil
	}
	status := s.status.DeepCopy()
	r.render(s, status, report)
	if equality.Semantic.DeepEqual(s.status, status) {
		return nil
	}
	patch := client.MergeFromWithOptions(s.status, client.MergeFromWithOptimisticLock{})
	if err := r.client.Patch(ctx, status, patch); err != nil {
		return fmt.Errorf("patching AdapterStatus %s: %w", client.ObjectKeyFromObject(status), err)
	}
	r.own.note(status)
	s.status = status
	return nil
}

// render makes an AdapterStatus what it has to be. What others added to its metadata stays.
func (r *reconciler) render(s *scope, status *fleetv1.AdapterStatus, report *fleetv1.Report) {
	subject := reports.Subject{Object: s.target.Object(), Kind: s.target.Kind, Cluster: s.target.Cluster.Name}
	reports.Render(status, subject, r.name)
	status.Report = report
}

// ownWrites remembers the last write of each AdapterStatus, so that its echo through the watch wakes nobody.
type ownWrites struct {
	mu       sync.Mutex
	versions map[types.NamespacedName]string
}

func newOwnWrites() *ownWrites { return &ownWrites{versions: map[types.NamespacedName]string{}} }

func (w *ownWrites) note(status *fleetv1.AdapterStatus) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.versions[client.ObjectKeyFromObject(status)] = status.ResourceVersion
}

func (w *ownWrites) is(status client.Object) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.versions[client.ObjectKeyFromObject(status)] == status.GetResourceVersion()
}

func (w *ownWrites) forget(status client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.versions, client.ObjectKeyFromObject(status))
}
