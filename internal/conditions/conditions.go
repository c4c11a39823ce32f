package conditions

import (
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Object is an object with conditions in its status. Every kind of fleet.slipway.dev that has a status is one.
type Object interface {
	metav1.Object
	runtime.Object
	// GetConditions returns the address of the status conditions.
	GetConditions() *[]metav1.Condition
	// GetObservedGeneration returns status.observedGeneration.
	GetObservedGeneration() int64
}

// Set sets one condition at the object's generation and reports whether anything changed. The transition time moves to now
// only when the status changes.
func Set(object Object, condition metav1.Condition, now metav1.Time) bool {
	condition.ObservedGeneration = object.GetGeneration()
	condition.LastTransitionTime = now
	return apimeta.SetStatusCondition(object.GetConditions(), condition)
}

// Remove takes a condition out and reports whether it was there.
func Remove(object Object, conditionType string) bool {
	return apimeta.RemoveStatusCondition(object.GetConditions(), conditionType)
}

// Get returns a condition, or nil.
func Get(object Object, conditionType string) *metav1.Condition {
	return apimeta.FindStatusCondition(*object.GetConditions(), conditionType)
}

// IsTrue tells whether a condition is True, at whichever generation.
func IsTrue(object Object, conditionType string) bool {
	return apimeta.IsStatusConditionTrue(*object.GetConditions(), conditionType)
}

// IsTrueNow tells whether a condition is True at the object's present generation.
func IsTrueNow(object Object, conditionType string) bool {
	condition := Get(object, conditionType)
	return condition != nil && condition.Status == metav1.ConditionTrue && condition.ObservedGeneration == object.GetGeneration()
}

// Became tells whether a condition has the status in after and had another one, or was not there, in before.
func Became(before, after Object, conditionType string, status metav1.ConditionStatus) bool {
	now := Get(after, conditionType)
	if now == nil || now.Status != status {
		return false
	}
	old := Get(before, conditionType)
	return old == nil || old.Status != status
}

// Lost tells whether a condition was True in before and is not any more.
func Lost(before, after Object, conditionType string) bool {
	return IsTrue(before, conditionType) && !IsTrue(after, conditionType)
}
