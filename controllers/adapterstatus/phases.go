package adapterstatus

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// scope is what is known about one AdapterStatus during one reconciliation.
type scope struct {
	// report is read by Reconcile and changed by release and repair.
	report *fleetv1.AdapterStatus
	// target is read by locate; nil if there is no such object any more, or not yet.
	target client.Object
	// namespace is read by locate, for a report that is being deleted only.
	namespace namespaces.Namespace
}

func (s *scope) deleting() bool { return !s.report.DeletionTimestamp.IsZero() }

// phase is one step of a reconciliation.
type phase interface {
	run(ctx context.Context, s *scope) error
}

// phases lists the steps in order.
func (r *Reconciler) phases() []phase {
	return []phase{
		locate{target: r.target, namespace: r.namespace},
		release{patch: r.patch, publish: r.publish},
		repair{patch: r.patch, own: r.own},
	}
}

// locate finds the target of a report.
type locate struct {
	target    func(ctx context.Context, ref fleetv1.TargetRef, namespace string) (client.Object, error)
	namespace func(ctx context.Context, name string) (namespaces.Namespace, error)
}

func (p locate) run(ctx context.Context, s *scope) error {
	var err error
	if s.target, err = p.target(ctx, s.report.Spec.TargetRef, s.report.Namespace); err != nil || !s.deleting() {
		return err
	}
	s.namespace, err = p.namespace(ctx, s.report.Namespace)
	return err
}

// repair puts labels, owner and finalizer on the report about a target that exists, in one write.
type repair struct {
	patch func(ctx context.Context, before, after *fleetv1.AdapterStatus) error
	own   func(target client.Object, report *fleetv1.AdapterStatus) error
}

func (p repair) run(ctx context.Context, s *scope) error {
	if s.deleting() || s.target == nil {
		return nil
	}
	before := s.report.DeepCopy()
	changed := controllerutil.AddFinalizer(s.report, fleetv1.ReportFinalizer)
	for key, value := range labels(s) {
		if s.report.Labels[key] != value {
			metav1.SetMetaDataLabel(&s.report.ObjectMeta, key, value)
			changed = true
		}
	}
	if !owned(s.report, s.target) {
		if err := p.own(s.target, s.report); err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return p.patch(ctx, before, s.report)
}

func labels(s *scope) map[string]string {
	cluster := s.target.GetName()
	if pool, ok := s.target.(*fleetv1.NodePool); ok {
		cluster = pool.Spec.ClusterName
	}
	return map[string]string{fleetv1.LabelCluster: cluster, fleetv1.LabelAdapter: s.report.Spec.Adapter}
}

func owned(report *fleetv1.AdapterStatus, target client.Object) bool {
	for _, owner := range report.OwnerReferences {
		if owner.UID == target.GetUID() {
			return true
		}
	}
	return false
}

// target returns the object that a report is about, or nil if there is none of that kind, name and UID.
func (r *Reconciler) target(ctx context.Context, ref fleetv1.TargetRef, namespace string) (client.Object, error) {
	var target client.Object = &fleetv1.Cluster{}
	if ref.Kind == fleetv1.KindNodePool {
		target = &fleetv1.NodePool{}
	}
	key := client.ObjectKey{Namespace: namespace, Name: ref.Name}
	if err := r.Client.Get(ctx, key, target); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading the target %s %s: %w", ref.Kind, key, err)
	}
	if !ref.Means(ref.Kind, target.GetName(), target.GetUID()) {
		return nil, nil
	}
	return target, nil
}

func (r *Reconciler) namespace(ctx context.Context, name string) (namespaces.Namespace, error) {
	return namespaces.Get(ctx, r.Client, name)
}

// own makes the target an owner of the report, so that the report goes with it. The reference does not block: a target that
// is deleted in the foreground would wait for the report, and the report waits for the target.
func (r *Reconciler) own(target client.Object, report *fleetv1.AdapterStatus) error {
	if err := controllerutil.SetOwnerReference(target, report, r.Client.Scheme()); err != nil {
		return fmt.Errorf("making %s own AdapterStatus %s: %w", target.GetName(), client.ObjectKeyFromObject(report), err)
	}
	return nil
}

func (r *Reconciler) patch(ctx context.Context, before, after *fleetv1.AdapterStatus) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, after, patch); err != nil {
		return fmt.Errorf("patching AdapterStatus %s: %w", client.ObjectKeyFromObject(after), err)
	}
	return nil
}
