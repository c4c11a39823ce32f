package outcome

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
)

// ConflictRetry is how long after a write conflict the object is looked at again. The change that caused the conflict is
// about to arrive through the watch; the repetition only makes sure.
const ConflictRetry = 50 * time.Millisecond

// Of returns what a controller answers for an error. A write conflict is repeated without counting as an error. An object
// that is gone, or a creation that a terminating namespace refuses, needs nothing more. Everything else is the workqueue's
// to log and to back off from.
func Of(err error) (ctrl.Result, error) {
	switch {
	case err == nil, apierrors.IsNotFound(err), apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return ctrl.Result{}, nil
	case apierrors.IsConflict(err), apierrors.IsAlreadyExists(err):
		return ctrl.Result{RequeueAfter: ConflictRetry}, nil
	default:
		return ctrl.Result{}, err
	}
}
