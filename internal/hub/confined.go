package hub

import (
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// sameFacts tells whether two states of an object are equal in all of the status that does not come from generations and
// conditions.
func sameFacts(before, after target) bool {
	return apiequality.Semantic.DeepEqual(facts(before), facts(after))
}

// facts returns a status without what an evaluation sets from generations and conditions.
func facts(object target) any {
	switch o := object.(type) {
	case *fleetv1.Cluster:
		status := o.Status
		status.Conditions, status.ObservedGeneration, status.Adapters = nil, 0, ""
		// The summary is missing, and not different, where nobody has looked at the object yet.
		if status.NodeSummary == "" && status.Nodes == (fleetv1.NodeTotals{}) {
			status.NodeSummary = "0/0"
		}
		return status
	case *fleetv1.NodePool:
		status := o.Status
		status.Conditions, status.ObservedGeneration, status.Adapters = nil, 0, ""
		return status
	default:
		return nil
	}
}

// sameOthers tells whether two states of an object have the same conditions of all adapters but those that are named by the
// condition's type, and agree on whether and why it is stalled, which an adapter can say, too.
func sameOthers(before, after target, own map[string]bool) bool {
	if !sameWords(conditions.Get(before, fleetv1.ConditionStalled), conditions.Get(after, fleetv1.ConditionStalled)) {
		return false
	}
	was := ofAdapters(before, own)
	is := ofAdapters(after, own)
	return apiequality.Semantic.DeepEqual(was, is)
}

// sameWords compares Stalled. Where nobody has looked at the object yet it is missing, which is as good as False.
func sameWords(before, after *metav1.Condition) bool {
	stalled := func(c *metav1.Condition) bool { return c != nil && c.Status == metav1.ConditionTrue }
	if !stalled(before) && !stalled(after) {
		return true
	}
	return stalled(before) && stalled(after) && before.Reason == after.Reason && before.Message == after.Message
}

// ofAdapters returns the conditions of adapters by type, without some.
func ofAdapters(object target, without map[string]bool) map[string]metav1.Condition {
	list := map[string]metav1.Condition{}
	for _, condition := range *object.GetConditions() {
		if strings.HasSuffix(condition.Type, adapterSuffix) && !without[condition.Type] {
			list[condition.Type] = condition
		}
	}
	return list
}

// adapterSuffix is how the types of adapters' conditions end.
const adapterSuffix = "Successful"
