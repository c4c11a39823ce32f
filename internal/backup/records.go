package backup

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// latest are, by the UID of their target, the generations of the newest records.
type latest map[types.UID]int64

// add takes note of a record. Records of forced deletions stand for no generation.
func (l latest) add(record *unstructured.Unstructured) {
	target, generation, kind := about(record)
	if kind != fleetv1.OperationForceDelete {
		l[target] = max(l[target], generation)
	}
}

// about returns what a record says about: the UID of its target, the generation, and the type of the task.
func about(record *unstructured.Unstructured) (target types.UID, generation int64, kind string) {
	uid, _, _ := unstructured.NestedString(record.Object, "spec", "target", "uid")
	generation, _, _ = unstructured.NestedInt64(record.Object, "spec", "generation")
	kind, _, _ = unstructured.NestedString(record.Object, "spec", "type")
	return types.UID(uid), generation, kind
}

// carriesOn tells whether a record is about the life that the restored object goes on with: it is the newest one about it, from which
// the next is told apart, or it has not ended. All others are history, and stay as they are.
func (l latest) carriesOn(record *unstructured.Unstructured) bool {
	target, generation, kind := about(record)
	switch state, _, _ := unstructured.NestedString(record.Object, "status", "state"); fleetv1.OperationState(state) {
	case fleetv1.OperationSucceeded, fleetv1.OperationFailed:
		return kind != fleetv1.OperationForceDelete && generation == l[target]
	}
	return true
}
