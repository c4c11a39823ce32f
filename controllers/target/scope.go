package target

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/reports"
)

// Object is a Cluster or a NodePool.
type Object interface {
	client.Object
	conditions.Object
}

// Scope is what is known about any target during one reconciliation. The scope of each kind embeds it.
type Scope struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Finalizer is what keeps a target of the kind until nothing is left to wait for.
	Finalizer string
	// Object is the target. The Flow reads it; the phases and SetStatus change it.
	Object Object
	// Namespace and Reports are read by the Flow before the first phase.
	Namespace namespaces.Namespace
	Reports   []aggregate.AdapterReport
	// Platform is found by a phase; nil where there is none.
	Platform *fleetv1.Platform
	// Fault is set by the phases; nil where nothing stands in the way.
	Fault *aggregate.Fault
}

// Scoped is anything that embeds a Scope.
type Scoped interface{ common() *Scope }

func (s *Scope) common() *Scope { return s }

// Deleting tells whether the target is being deleted.
func (s *Scope) Deleting() bool { return !s.Object.GetDeletionTimestamp().IsZero() }

// Mark puts finalizer and id on the target, without writing it, and reports whether it lacked one of them.
func (s *Scope) Mark() bool {
	changed := controllerutil.AddFinalizer(s.Object, s.Finalizer)
	labels := s.Object.GetLabels()
	if labels[fleetv1.LabelID] != "" {
		return changed
	}
	if labels == nil {
		labels = map[string]string{}
	}
	labels[fleetv1.LabelID] = string(s.Object.GetUID())
	s.Object.SetLabels(labels)
	return true
}

// Input returns the part of what the conditions depend on that is the same for both kinds.
func (s *Scope) Input(now metav1.Time) aggregate.Input {
	in := aggregate.Input{
		Kind:               s.Kind,
		Generation:         s.Object.GetGeneration(),
		CreatedTime:        s.Object.GetCreationTimestamp(),
		Deleting:           s.Deleting(),
		Required:           s.Required(),
		Reports:            s.Reports,
		Previous:           *s.Object.GetConditions(),
		ObservedGeneration: s.Object.GetObservedGeneration(),
		Fault:              s.Fault,
		Now:                now,
	}
	if s.Platform != nil && s.Platform.Spec.OperationDeadline != nil {
		in.Deadline = s.Platform.Spec.OperationDeadline.Duration
	}
	return in
}

// Required returns the adapters that have to report about the target.
func (s *Scope) Required() []string {
	return reports.Required(s.Platform, s.Kind, s.Reports,
		reports.Circumstances{Deleting: s.Deleting(), Terminating: s.Namespace.Terminating})
}

// snapshot returns the target as it is now, to compare with later.
func (s *Scope) snapshot() Object {
	return s.Object.DeepCopyObject().(Object) // a copy is of the same type
}
