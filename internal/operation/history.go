package operation

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// See brings the records about an object in line with what was seen of it, and returns them: those that were given, changed in
// place, and a new one without a name if the sight calls for it. What has ended stays as it is.
func See(records []*fleetv1.Operation, s Sight) []*fleetv1.Operation {
	if record := open(records, s); record != nil {
		records = append(records, record)
	}
	last := newest(records, s.Object.GetUID())
	for _, record := range records {
		if record.Spec.Target.UID != s.Object.GetUID() || Ended(record) || record.Spec.Type == fleetv1.OperationForceDelete {
			continue
		}
		verdict := judge(record, last, s)
		SetState(record, verdict.state, verdict.reason, verdict.message, s.Time)
	}
	return records
}

// Bury ends the records of objects that are gone. alive is the object that has the name now, empty for none.
func Bury(records []*fleetv1.Operation, alive types.UID, now metav1.Time) {
	for _, record := range records {
		target := record.Spec.Target.UID
		switch {
		case Ended(record) || alive != "" && (target == alive || target == ""):
		case record.Spec.Type == fleetv1.OperationForceDelete:
			SetState(record, fleetv1.OperationSucceeded, string(fleetv1.OperationSucceeded), record.Status.Message, now)
		case removes(record.Spec.Type):
			SetState(record, fleetv1.OperationSucceeded, string(fleetv1.OperationSucceeded), "", now)
		default:
			SetState(record, fleetv1.OperationFailed, string(fleetv1.OperationFailed), byDeletion, now)
		}
	}
}
