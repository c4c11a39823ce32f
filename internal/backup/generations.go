package backup

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// span leads from the generations of an object in the archive to those of the restored one, which counts from 1 again: the present
// generation was was and becomes is; all earlier ones become the one before. So what was handled, reported and ready is so again, what
// was not is not, and a change since the first readiness is still a change.
type span struct{ was, is int64 }

// spanOf returns the span of an object. A Cluster, NodePool or Addon that was changed ever gets a second generation, and a HelmRelease one
// when it is let go; nobody counts those of the other kinds.
func spanOf(object *unstructured.Unstructured) span {
	s := span{was: object.GetGeneration(), is: 1}
	switch {
	case isTarget(object) && s.was > 1:
		s.is = 2
	case object.GetKind() == kindHelmRelease && !suspended(object):
		s.is = 2
	}
	return s
}

// of returns what a generation becomes. Those below 1 stand for none.
func (s span) of(generation int64) int64 {
	switch {
	case generation < 1:
		return generation
	case generation >= s.was:
		return s.is
	}
	return s.is - 1
}

// isTarget tells whether an object is one of those that have generations to count: Cluster, NodePool, Addon.
func isTarget(object *unstructured.Unstructured) bool {
	switch object.GetKind() {
	case fleetv1.KindCluster, fleetv1.KindNodePool, fleetv1.KindAddon:
		return ofFleet(object.GroupVersionKind())
	}
	return false
}

func suspended(object *unstructured.Unstructured) bool {
	suspend, _, _ := unstructured.NestedBool(object.Object, "spec", "suspend")
	return suspend
}

// statusOf returns the status that the restored object has to have; nil where none is restored. Conditions and counters are moved to the
// generations of the restored object. A Flux source fetches anew, and gets none.
func (p *plan) statusOf(object *unstructured.Unstructured) map[string]any {
	switch object.GetKind() {
	case kindNamespace, kindHelmRepository, kindOCIRepository:
		return nil
	}
	status, ok := object.Object["status"].(map[string]any)
	if !ok {
		return nil
	}
	status = (&unstructured.Unstructured{Object: status}).DeepCopy().Object
	s := spanOf(object)
	move(status, "observedGeneration", s)
	move(status, "lastAttemptedGeneration", s)
	each(status, "conditions", func(condition map[string]any) { move(condition, "observedGeneration", s) })
	if object.GetKind() == fleetv1.KindAddon {
		each(status, "history", func(entry map[string]any) { move(entry, "generation", s) })
		name, _, _ := unstructured.NestedString(object.Object, "spec", "templateName")
		move(status, "templateGeneration", p.templates[name])
	}
	return status
}

// move moves the generation in a field, if it is there.
func move(fields map[string]any, field string, s span) {
	if generation, ok := fields[field].(int64); ok {
		fields[field] = s.of(generation)
	}
}

// each goes through the entries of a list.
func each(fields map[string]any, field string, do func(map[string]any)) {
	list, _ := fields[field].([]any)
	for _, item := range list {
		if entry, ok := item.(map[string]any); ok {
			do(entry)
		}
	}
}
