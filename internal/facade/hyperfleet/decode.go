package hyperfleet

import (
	"bytes"
	"encoding/json"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "sigs.k8s.io/json"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Decoding of bodies: the schema and the rules are checked, then the body becomes what the hub takes. Errors of all functions here:
// invalidFields, and those of document.validate.

// decode checks a body and reads it. extra are the faults that the rules found.
func (d *Dialect) decode(schema string, body facade.Body, extra []fault, into any) error {
	faults, err := d.document.validate(schema, body.Object)
	if err != nil {
		return err
	}
	if faults = append(faults, extra...); len(faults) > 0 {
		return invalidFields(faults)
	}
	// Unlike encoding/json this tells members by their case, as the schema does.
	if err := kjson.UnmarshalCaseSensitivePreserveInts(body.Raw, into); err != nil {
		return malformed("The body is not of the form that is needed here.")
	}
	return nil
}

// decodeCluster reads a wish for a cluster.
func (d *Dialect) decodeCluster(body facade.Body) (hub.NewCluster, error) {
	var sent wire.ClusterCreateRequest
	if err := d.decode(schemaCluster, body, checkLabels(body.Object), &sent); err != nil {
		return hub.NewCluster{}, err
	}
	return hub.NewCluster{Name: sent.Name, Labels: labelsOf(sent.Labels), Parameters: compact(sent.Spec)}, nil
}

// decodeNodePool reads a wish for a node pool, but for its cluster.
func (d *Dialect) decodeNodePool(body facade.Body) (hub.NewNodePool, error) {
	var sent wire.NodePoolCreateRequest
	if err := d.decode(schemaNodePool, body, checkLabels(body.Object), &sent); err != nil {
		return hub.NewNodePool{}, err
	}
	return hub.NewNodePool{Name: sent.Name, Labels: labelsOf(sent.Labels), Parameters: compact(sent.Spec)}, nil
}

// decodePatch reads a change.
func (d *Dialect) decodePatch(body facade.Body) (hub.Change, error) {
	var sent wire.PatchRequest
	if err := d.decode(schemaPatch, body, checkLabels(body.Object), &sent); err != nil {
		return hub.Change{}, err
	}
	change := hub.Change{Parameters: compact(sent.Spec)}
	if _, given := body.Object["labels"]; given {
		labels := labelsOf(sent.Labels)
		change.Labels = &labels
	}
	return change, nil
}

// decodeForceDelete reads the reason of a forced deletion.
func (d *Dialect) decodeForceDelete(body facade.Body) (string, error) {
	var sent wire.ForceDeleteRequest
	err := d.decode(schemaForceDelete, body, nil, &sent)
	return sent.Reason, err
}

// decodeReport reads a report and the name of the adapter that it is from.
func (d *Dialect) decodeReport(body facade.Body) (string, *fleetv1.Report, error) {
	var sent wire.AdapterStatusCreateRequest
	extra := append(checkConditions(body.Object), checkTime(body.Object, d.clock.Now())...)
	if err := d.decode(schemaReport, body, extra, &sent); err != nil {
		return "", nil, err
	}
	report := &fleetv1.Report{
		ObservedGeneration: int64(sent.ObservedGeneration), ObservedTime: observedTime(sent.ObservedTime),
		Conditions: make([]fleetv1.ReportCondition, 0, len(sent.Conditions)),
		Data:       extensionOf(sent.Data), Metadata: extensionOf(sent.Metadata),
	}
	for _, condition := range sent.Conditions {
		report.Conditions = append(report.Conditions, fleetv1.ReportCondition{
			Type: condition.Type, Status: metav1.ConditionStatus(condition.Status), Reason: condition.Reason, Message: condition.Message,
		})
	}
	return sent.Adapter, report, nil
}

// observedTime is a time as it is stored, with microseconds. The zero time of Go, which some adapters send, is stored as null;
// the next microsecond stands for it.
func observedTime(sent time.Time) metav1.MicroTime {
	at := sent.UTC().Truncate(time.Microsecond)
	if at.IsZero() {
		at = at.Add(time.Microsecond)
	}
	return metav1.NewMicroTime(at)
}

// labelsOf are the labels that were sent; null is none.
func labelsOf(sent *wire.NewLabels) map[string]string {
	if sent == nil || *sent == nil {
		return map[string]string{}
	}
	return *sent
}

// extensionOf is a free-form object that was sent, or nil.
func extensionOf(sent json.RawMessage) *runtime.RawExtension {
	if sent == nil {
		return nil
	}
	return &runtime.RawExtension{Raw: compact(sent)}
}

// compact is JSON without white space. Nil stays nil.
func compact(sent json.RawMessage) []byte {
	if sent == nil {
		return nil
	}
	var buffer bytes.Buffer
	if json.Compact(&buffer, sent) != nil {
		return sent
	}
	return buffer.Bytes()
}
