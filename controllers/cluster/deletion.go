package cluster

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/events"
)

// teardown deletes what belongs to a deleted Cluster: the add-ons, and once these are gone the node pools. That the adapters
// are waited for is the aggregation's part.
type teardown struct {
	remove  func(ctx context.Context, child client.Object) error
	publish func(s *target.Scope, list ...events.Event)
}

func (p teardown) Run(ctx context.Context, s *scope) error {
	if !s.Deleting() {
		return nil
	}
	if len(s.addons) > 0 {
		return p.removeAll(ctx, s, pointers(s.addons), deletingAddons)
	}
	return p.removeAll(ctx, s, pointers(s.pools), deletingPools)
}

// removeAll deletes the children that are not being deleted already.
func (p teardown) removeAll(ctx context.Context, s *scope, children []client.Object, tell func([]string) events.Event) error {
	var removed []string
	for _, child := range children {
		if !child.GetDeletionTimestamp().IsZero() {
			continue
		}
		if err := p.remove(ctx, child); err != nil {
			return err
		}
		removed = append(removed, child.GetName())
	}
	if len(removed) > 0 {
		p.publish(&s.Scope, tell(removed))
	}
	return nil
}

// pointers returns the addresses of a list's items as objects.
func pointers[T any, P interface {
	*T
	client.Object
}](items []T) []client.Object {
	objects := make([]client.Object, 0, len(items))
	for i := range items {
		objects = append(objects, P(&items[i]))
	}
	return objects
}

// remove deletes a child, unless it was replaced by another one of the same name since it was read.
func (r *Reconciler) remove(ctx context.Context, child client.Object) error {
	uid := child.GetUID()
	err := r.Client.Delete(ctx, child, client.Preconditions{UID: &uid}, client.PropagationPolicy(metav1.DeletePropagationBackground))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting %T %s: %w", child, client.ObjectKeyFromObject(child), err)
	}
	return nil
}
