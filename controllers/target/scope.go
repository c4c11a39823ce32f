package target

import (
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/evaluate"
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
	// Object is the target. The Flow reads it; the phases and Evaluate change it.
	Object Object
	// Namespace and Reports are read by the Flow before the first phase.
	Namespace evaluate.Namespace
	Reports   []aggregate.AdapterReport
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

// snapshot returns the target as it is now, to compare with later.
func (s *Scope) snapshot() Object {
	return s.Object.DeepCopyObject().(Object) // a copy is of the same type
}
