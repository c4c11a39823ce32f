package hyperfleet

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// encoded is a Cluster or NodePool as answers show it, encoded once for each state of the object.
func encoded(record *hub.Record) []byte {
	return record.Encoded(hub.EncodingHyperFleet, encodeRecord)
}

// encodeRecord encodes a Cluster or NodePool.
func encodeRecord(record *hub.Record) []byte {
	if record.Kind == fleetv1.KindNodePool {
		return reply.Encode(nodePoolOf(record))
	}
	return reply.Encode(clusterShown(record))
}

// clusterShown is a Cluster as answers show it.
func clusterShown(record *hub.Record) wire.Cluster {
	shown := wire.Cluster{
		Kind: record.Kind, ID: shownID(record.ID), Href: shownHref(record), Name: record.Name,
		Generation: int32(record.Object.Generation), Spec: objectOf(record.Parameters()), Labels: shownLabels(record.Object.Labels),
		CreatedTime: createdTime(record), UpdatedTime: updatedTime(record),
		CreatedBy: createdBy(record), UpdatedBy: updatedBy(record),
		Status: wire.ResourceStatus{Conditions: conditionsOf(record)},
	}
	if at, deleting := deletedTime(record); deleting {
		shown.DeletedTime = &at
		shown.DeletedBy, _ = deletedBy(record)
	}
	return shown
}

// nodePoolOf is a NodePool as answers show it: what a cluster shows, and its cluster.
func nodePoolOf(record *hub.Record) wire.NodePool {
	common := clusterShown(record)
	return wire.NodePool{
		Kind: common.Kind, ID: common.ID, Href: common.Href, Name: common.Name,
		OwnerReferences: wire.OwnerReference{Kind: fleetv1.KindCluster, ID: shownID(record.Owner), Href: clusterHref(record.Owner)},
		Generation:      common.Generation, Spec: common.Spec, Labels: common.Labels,
		CreatedTime: common.CreatedTime, UpdatedTime: common.UpdatedTime, CreatedBy: common.CreatedBy, UpdatedBy: common.UpdatedBy,
		DeletedTime: common.DeletedTime, DeletedBy: common.DeletedBy, Status: common.Status,
	}
}

// shownLabels are the labels that answers show.
func shownLabels(labels map[string]string) map[string]string {
	shown := make(map[string]string, len(labels))
	maps.Copy(shown, labels)
	maps.DeleteFunc(shown, func(key, _ string) bool { return hiddenLabel(key) })
	return shown
}

// conditionsOf are the conditions that answers show: Available and Ready, the same under their newer names, then one per adapter.
func conditionsOf(record *hub.Record) []wire.ResourceCondition {
	shown := make([]wire.ResourceCondition, 0, len(record.Conditions)+2)
	for _, name := range []struct{ shown, source string }{
		{fleetv1.ConditionAvailable, fleetv1.ConditionAvailable},
		{fleetv1.ConditionReady, fleetv1.ConditionReady},
		{conditionLastKnownReconciled, fleetv1.ConditionAvailable},
		{conditionReconciled, fleetv1.ConditionReady},
	} {
		if condition := record.Condition(name.source); condition != nil {
			shown = append(shown, synthesized(condition, name.shown))
		}
	}
	first := len(shown)
	for i := range record.Conditions {
		if condition := &record.Conditions[i]; condition.Type != fleetv1.ConditionReady && condition.Type != fleetv1.ConditionAvailable {
			shown = append(shown, conditionOf(condition, condition.Type))
		}
	}
	slices.SortFunc(shown[first:], func(a, b wire.ResourceCondition) int { return cmp.Compare(a.Type, b.Type) })
	return shown
}

// synthesized is a condition that no adapter named: all of its times but the last report's are in whole seconds.
func synthesized(condition *hub.Condition, shownType string) wire.ResourceCondition {
	shown := conditionOf(condition, shownType)
	shown.CreatedTime = shown.CreatedTime.Truncate(time.Second)
	shown.LastTransitionTime = shown.LastTransitionTime.Truncate(time.Second)
	return shown
}

// conditionOf is a condition under a name.
func conditionOf(condition *hub.Condition, shownType string) wire.ResourceCondition {
	return wire.ResourceCondition{
		Type: shownType, Status: string(condition.Status), Reason: condition.Reason, Message: condition.Message,
		ObservedGeneration: int32(condition.ObservedGeneration),
		CreatedTime:        shownTime(condition.Created), LastUpdatedTime: shownTime(condition.Updated),
		LastTransitionTime: shownTime(condition.Transitioned),
	}
}

// statusOf is the stored report of an adapter as answers show it.
func statusOf(status *fleetv1.AdapterStatus) wire.AdapterStatus {
	report := status.Report
	shown := wire.AdapterStatus{
		Adapter: status.Spec.Adapter, ObservedGeneration: int32(report.ObservedGeneration),
		Conditions: make([]wire.AdapterCondition, 0, len(report.Conditions)),
		Data:       objectOf(rawOf(report.Data)),
		// Times here are as precise as the adapter's.
		CreatedTime: firstReported(status).Truncate(time.Microsecond), LastReportTime: lastReported(status).Truncate(time.Microsecond),
	}
	if metadata := objectOf(rawOf(report.Metadata)); string(metadata) != emptyObject {
		shown.Metadata = metadata
	}
	for i := range report.Conditions {
		condition := &report.Conditions[i]
		transitioned := report.ObservedTime
		if condition.LastTransitionTime != nil {
			transitioned = *condition.LastTransitionTime
		}
		shown.Conditions = append(shown.Conditions, wire.AdapterCondition{
			Type: condition.Type, Status: string(condition.Status), Reason: condition.Reason, Message: condition.Message,
			LastTransitionTime: shownTime(transitioned),
		})
	}
	return shown
}

// shownTime is a time that may be copied from a report: in UTC, with at most six fraction digits.
func shownTime(at metav1.MicroTime) time.Time { return at.UTC().Truncate(time.Microsecond) }

// emptyObject is what is shown where there is nothing.
const emptyObject = "{}"

// objectOf is a free-form object as it was written.
func objectOf(raw []byte) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return json.RawMessage(emptyObject)
	}
	return raw
}

func rawOf(extension *runtime.RawExtension) []byte {
	if extension == nil {
		return nil
	}
	return extension.Raw
}
