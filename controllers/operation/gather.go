package operation

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/operation"
)

// scope is what is known about one object and its records during one reconciliation.
type scope struct {
	target Target
	now    metav1.Time
	// object is the object as it is, nil if there is none, and alive its UID.
	object operation.Object
	alive  types.UID
	// noted is what the informers showed of it, sights what follows from that and from the object as it is.
	noted  []note
	sights []operation.Sight
	// before are the records as they are, records as they have to be: the same ones first, in the same order.
	before, records []*fleetv1.Operation
}

// waits tells whether there is something to record that cannot be yet.
func (s *scope) waits() bool {
	for _, sight := range s.sights {
		if s.object != nil && operation.Waits(s.records, sight) {
			return true
		}
	}
	return false
}

// gather reads an object, its records, and what the records depend on.
func (r *Reconciler) gather(ctx context.Context, target Target) (*scope, error) {
	s := &scope{target: target, now: metav1.NewTime(r.Clock.Now()), noted: r.sightings.of(target)}
	var err error
	if s.object, err = read(ctx, r.Client, target); err != nil {
		return nil, err
	}
	if s.object != nil {
		s.alive = s.object.GetUID()
	}
	if s.before, err = r.records(ctx, target); err != nil {
		return nil, err
	}
	for _, record := range s.before {
		s.records = append(s.records, record.DeepCopy())
	}
	return s, r.look(ctx, s)
}

// look puts together what was seen: what the informers showed, and the object as it is now.
func (r *Reconciler) look(ctx context.Context, s *scope) error {
	for _, n := range s.noted {
		s.sights = append(s.sights, operation.Sight{
			Object: n.object, Before: n.before, New: n.new, Gone: n.gone, Time: metav1.NewTime(n.at),
		})
	}
	if s.object != nil {
		s.sights = append(s.sights, operation.Sight{Object: s.object, Time: s.now})
	}
	if len(s.sights) == 0 {
		return nil
	}
	if s.target.Kind == fleetv1.KindCluster {
		return r.lookAtCluster(ctx, s)
	}
	var reader client.Reader = r.Client
	if s.ends() {
		// Whether it goes with its Cluster must not depend on which of two informers is ahead.
		reader = r.Live
	}
	clusters := map[string]*fleetv1.Cluster{}
	for i := range s.sights {
		_, name := operation.KindOf(s.sights[i].Object)
		if _, known := clusters[name]; !known {
			key := types.NamespacedName{Namespace: s.target.Namespace, Name: name}
			found, err := read(ctx, reader, Target{Kind: fleetv1.KindCluster, NamespacedName: key})
			if err != nil {
				return err
			}
			clusters[name], _ = found.(*fleetv1.Cluster)
		}
		s.sights[i].Cluster = clusters[name]
	}
	return nil
}

// ends tells whether the end of an object was seen.
func (s *scope) ends() bool {
	for _, sight := range s.sights {
		if sight.Gone || !sight.Object.GetDeletionTimestamp().IsZero() {
			return true
		}
	}
	return false
}

// lookAtCluster adds what counts for a Cluster: itself, and its first node pool.
func (r *Reconciler) lookAtCluster(ctx context.Context, s *scope) error {
	for i := range s.sights {
		sight := &s.sights[i]
		sight.Cluster, _ = sight.Object.(*fleetv1.Cluster)
		if sight.Cluster == nil || sight.Object.GetUID() != s.alive || conditions.IsTrue(sight.Cluster, fleetv1.ConditionProvisioned) {
			continue
		}
		var err error
		if sight.Worker, err = r.firstWorkers(ctx, sight.Cluster); err != nil {
			return err
		}
	}
	return nil
}

// firstWorkers returns the node pool that belongs to the first provisioning of a Cluster, nil if there is none.
func (r *Reconciler) firstWorkers(ctx context.Context, cluster *fleetv1.Cluster) (*fleetv1.NodePool, error) {
	var pools fleetv1.NodePoolList
	err := r.Client.List(ctx, &pools, client.InNamespace(cluster.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: cluster.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("listing the node pools of Cluster %s: %w", client.ObjectKeyFromObject(cluster), err)
	}
	for i := range pools.Items {
		if pools.Items[i].Pool() == fleetv1.DefaultWorkerPool {
			return &pools.Items[i], nil
		}
	}
	return nil, nil
}

// read reads an object; nil if there is none of the name.
func read(ctx context.Context, reader client.Reader, target Target) (operation.Object, error) {
	object := empty(target.Kind)
	err := reader.Get(ctx, target.NamespacedName, object)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", target.Kind, target.NamespacedName, err)
	}
	return object, nil
}

// empty returns an object of a kind to read into.
func empty(kind string) operation.Object {
	switch kind {
	case fleetv1.KindNodePool:
		return &fleetv1.NodePool{}
	case fleetv1.KindAddon:
		return &fleetv1.Addon{}
	default:
		return &fleetv1.Cluster{}
	}
}

// records returns the records about all objects that have or had the name, as far as they are known here.
func (r *Reconciler) records(ctx context.Context, target Target) ([]*fleetv1.Operation, error) {
	list, err := recordsOf(ctx, r.Client, target)
	if err != nil {
		return nil, err
	}
	return r.written.over(target, list), nil
}

func recordsOf(ctx context.Context, reader client.Reader, target Target) ([]*fleetv1.Operation, error) {
	var list fleetv1.OperationList
	err := reader.List(ctx, &list, client.InNamespace(target.Namespace),
		client.MatchingFields{fleetv1.FieldOperationTarget: target.Name},
		client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("listing the records about %s %s: %w", target.Kind, target.NamespacedName, err)
	}
	var records []*fleetv1.Operation
	for i := range list.Items {
		if list.Items[i].Spec.Target.Kind == target.Kind {
			records = append(records, &list.Items[i])
		}
	}
	return records, nil
}
