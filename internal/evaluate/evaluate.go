package evaluate

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// Namespace is what counts of the namespace that an object is in.
type Namespace struct {
	// Platform is the value of its label fleetv1.LabelPlatform.
	Platform string
	// Terminating tells that it is being deleted, or gone.
	Terminating bool
}

// object is a Cluster or NodePool.
type object interface {
	metav1.Object
	GetConditions() *[]metav1.Condition
	GetObservedGeneration() int64
}

func deleting(o metav1.Object) bool { return o.GetDeletionTimestamp() != nil }

// common returns the part of what the conditions depend on that is the same for both kinds.
func common(o object, platform *fleetv1.Platform, reports []aggregate.AdapterReport, now metav1.Time) aggregate.Input {
	return aggregate.Input{
		Generation:         o.GetGeneration(),
		CreatedTime:        fleetv1.CreatedTime(o),
		Deleting:           deleting(o),
		Reports:            reports,
		Previous:           *o.GetConditions(),
		ObservedGeneration: o.GetObservedGeneration(),
		Deadline:           deadline(platform),
		Now:                now,
	}
}

func deadline(platform *fleetv1.Platform) time.Duration {
	if platform == nil || platform.Spec.OperationDeadline == nil {
		return 0
	}
	return platform.Spec.OperationDeadline.Duration
}
