package hyperfleet

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// birth is when the records of tests were created.
var birth = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// recordOption changes a record while it is built; nil changes nothing.
type recordOption func(*hub.Record)

// sampleRecord builds a record of a kind with a name, a label, a spec and conditions.
func sampleRecord(kind string, options ...recordOption) *hub.Record {
	meta := metav1.ObjectMeta{
		Name: "my-cluster", Namespace: "tenant", UID: "3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3", Generation: 2,
		CreationTimestamp: metav1.NewTime(birth),
		Labels:            map[string]string{"environment": "dev", fleetv1.LabelID: "3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3"},
		Annotations: map[string]string{
			fleetv1.AnnotationCreatedBy: "user@example.com", fleetv1.AnnotationUpdatedBy: "system:serviceaccount:fleet:ci",
			fleetv1.AnnotationUpdatedTime: "2026-01-02T00:00:00.75Z",
		},
	}
	record := &hub.Record{Kind: kind, ID: meta.UID, Name: meta.Name}
	if kind == fleetv1.KindNodePool {
		record.NodePool = &fleetv1.NodePool{ObjectMeta: meta}
		record.Object = &record.NodePool.ObjectMeta
		record.Owner = "00000000-0000-0000-0000-000000000007"
	} else {
		record.Cluster = &fleetv1.Cluster{ObjectMeta: meta}
		record.Object = &record.Cluster.ObjectMeta
	}
	for _, option := range append([]recordOption{
		withSpec(`{"platform":{"type":"gcp"},"nodes":5,"zones":["a"],"ha":true,"serial":"10","gone":null}`),
		withCondition(fleetv1.ConditionReady, metav1.ConditionFalse, 2, birth.Add(90*time.Minute)),
		withCondition(fleetv1.ConditionAvailable, metav1.ConditionTrue, 1, birth),
		withCondition("DnsSuccessful", metav1.ConditionTrue, 1, birth.Add(time.Microsecond)),
	}, options...) {
		if option != nil {
			option(record)
		}
	}
	return record
}

// withSpec sets the parameters.
func withSpec(text string) recordOption {
	return func(record *hub.Record) {
		parameters := &runtime.RawExtension{Raw: []byte(text)}
		if record.NodePool != nil {
			record.NodePool.Spec.Parameters = parameters
		} else {
			record.Cluster.Spec.Parameters = parameters
		}
	}
}

// withCondition adds a condition that changed at a time and was reported a second later.
func withCondition(conditionType string, status metav1.ConditionStatus, generation int64, at time.Time) recordOption {
	return func(record *hub.Record) {
		record.Conditions = append(record.Conditions, hub.Condition{
			Condition:    metav1.Condition{Type: conditionType, Status: status, ObservedGeneration: generation},
			Created:      metav1.NewMicroTime(birth),
			Updated:      metav1.NewMicroTime(at.Add(time.Second)),
			Transitioned: metav1.NewMicroTime(at),
		})
	}
}

// withID sets id and name.
func withID(id types.UID, name string) recordOption {
	return func(record *hub.Record) { record.ID, record.Object.UID, record.Name = id, id, name }
}

// deleting marks a record as being deleted.
func deleting(record *hub.Record) {
	at := metav1.NewTime(birth.Add(72 * time.Hour))
	record.Object.DeletionTimestamp = &at
	record.Object.Annotations[fleetv1.AnnotationDeletedBy] = "admin"
}
