package hyperfleet

import (
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/search"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/hub"
)

// recordField is a field of clusters and node pools in a search.
type recordField struct {
	search.Field[*hub.Record]
	// is wants objects whose field equals the text, in a form that the index answers fast; nil if there is none.
	is func(text string) hub.Filter
}

// Prefixes of fields that hold a name.
const (
	labelPrefix     = "labels."
	specPrefix      = "spec."
	conditionPrefix = "status.conditions."
)

// plainFields are the fields with a fixed name.
var plainFields = map[string]recordField{
	"id":           {Field: always(func(r *hub.Record) string { return shownID(r.ID) }), is: idIs},
	"kind":         {Field: always(func(r *hub.Record) string { return r.Kind })},
	"name":         {Field: always(func(r *hub.Record) string { return r.Name }), is: func(text string) hub.Filter { return hub.NameIs(text) }},
	"href":         {Field: always(shownHref)},
	"created_by":   {Field: always(createdBy)},
	"updated_by":   {Field: always(updatedBy)},
	"deleted_by":   {Field: search.StringField[*hub.Record](deletedBy)},
	"owner_id":     {Field: search.StringField[*hub.Record](ownerID)},
	"generation":   {Field: search.IntegerField[*hub.Record](func(r *hub.Record) (int64, bool) { return r.Object.Generation, true })},
	"created_time": {Field: moment(createdTime)},
	"updated_time": {Field: moment(updatedTime)},
	"deleted_time": {Field: search.TimeField[*hub.Record](deletedTime)},
}

// always is a string that every object has.
func always(get func(*hub.Record) string) search.StringField[*hub.Record] {
	return func(r *hub.Record) (string, bool) { return get(r), true }
}

// moment is a time that every object has.
func moment(get func(*hub.Record) time.Time) search.TimeField[*hub.Record] {
	return func(r *hub.Record) (time.Time, bool) { return get(r), true }
}

// ownerID is the id of a node pool's cluster; clusters have none.
func ownerID(record *hub.Record) (string, bool) {
	if record.Owner == "" {
		return "", false
	}
	return shownID(record.Owner), true
}

// idIs wants the object with the id.
func idIs(text string) hub.Filter {
	uid, ok := parseID(text)
	return hub.Where(func(r *hub.Record) bool { return ok && r.ID == uid })
}

// recordFieldNamed returns the field of a name. ok is false if there is none.
func recordFieldNamed(name string) (field recordField, ok bool) {
	if field, ok := plainFields[name]; ok {
		return field, true
	}
	if key, ok := strings.CutPrefix(name, labelPrefix); ok {
		return labelField(key)
	}
	if text, ok := strings.CutPrefix(name, specPrefix); ok {
		return specField(text)
	}
	if text, ok := strings.CutPrefix(name, conditionPrefix); ok {
		conditionType, member, _ := strings.Cut(text, ".")
		return conditionField(conditionType, member, strings.Contains(text, "."))
	}
	return recordField{}, false
}

// labelField is the value of a label. Labels that no answer shows are absent.
func labelField(key string) (recordField, bool) {
	if _, ok := labelPath(key); !ok {
		return recordField{}, false
	}
	field := recordField{Field: search.StringField[*hub.Record](func(r *hub.Record) (string, bool) { return shownLabel(r, key) })}
	if !hiddenLabel(key) {
		field.is = func(text string) hub.Filter { return hub.LabelIs{Key: key, Value: text} }
	}
	return field, true
}

// specField is a scalar in the spec.
func specField(text string) (recordField, bool) {
	path, ok := specPath(text)
	if !ok {
		return recordField{}, false
	}
	return recordField{Field: search.ScalarField[*hub.Record](func(r *hub.Record) ([]byte, bool) {
		return member.Find(r.Parameters(), path)
	})}, true
}

// conditionStatuses are what a condition can be compared with.
var conditionStatuses = []string{string(metav1.ConditionTrue), string(metav1.ConditionFalse), string(metav1.ConditionUnknown)}

// conditionField is the status of a condition, or another member of it. A type that an object does not show is absent.
func conditionField(conditionType, member string, dotted bool) (recordField, bool) {
	if !isConditionType(conditionType) {
		return recordField{}, false
	}
	stored := storedCondition(conditionType)
	if !dotted {
		status := func(r *hub.Record) (string, bool) {
			condition := r.Condition(stored)
			if condition == nil {
				return "", false
			}
			return string(condition.Status), true
		}
		return recordField{
			Field: search.WordField[*hub.Record]{Get: status, Words: conditionStatuses},
			is:    func(text string) hub.Filter { return hub.ConditionIs{Type: stored, Status: text} },
		}, true
	}
	switch member {
	case "last_updated_time":
		return conditionTime(stored, func(c *hub.Condition) time.Time { return shownTime(c.Updated) }), true
	case "last_transition_time":
		precision := time.Microsecond
		if stored == fleetv1.ConditionReady || stored == fleetv1.ConditionAvailable {
			// As shown; only times that an adapter told are more precise.
			precision = time.Second
		}
		return conditionTime(stored, func(c *hub.Condition) time.Time { return c.Transitioned.Truncate(precision) }), true
	case "observed_generation":
		return recordField{Field: search.IntegerField[*hub.Record](func(r *hub.Record) (int64, bool) {
			condition := r.Condition(stored)
			if condition == nil {
				return 0, false
			}
			return condition.ObservedGeneration, true
		})}, true
	default:
		return recordField{}, false
	}
}

// conditionTime is a time of a condition.
func conditionTime(conditionType string, get func(*hub.Condition) time.Time) recordField {
	return recordField{Field: search.TimeField[*hub.Record](func(r *hub.Record) (time.Time, bool) {
		condition := r.Condition(conditionType)
		if condition == nil {
			return time.Time{}, false
		}
		return get(condition), true
	})}
}

// isConditionType tells whether a text can be the type of a condition: a capital, then letters and digits.
func isConditionType(text string) bool {
	return text != "" && 'A' <= text[0] && text[0] <= 'Z' && strings.Trim(text, letters) == ""
}

// The newer names of Ready and Available: copies that only answers have.
const (
	conditionReconciled          = "Reconciled"
	conditionLastKnownReconciled = "LastKnownReconciled"
)

// storedCondition is the condition that one is a copy of, else itself.
func storedCondition(conditionType string) string {
	switch conditionType {
	case conditionReconciled:
		return fleetv1.ConditionReady
	case conditionLastKnownReconciled:
		return fleetv1.ConditionAvailable
	default:
		return conditionType
	}
}

// statusFields are the fields of adapter statuses in a search.
var statusFields = map[string]search.Field[*fleetv1.AdapterStatus]{
	"adapter": search.StringField[*fleetv1.AdapterStatus](func(s *fleetv1.AdapterStatus) (string, bool) {
		return s.Spec.Adapter, true
	}),
	"observed_generation": search.IntegerField[*fleetv1.AdapterStatus](func(s *fleetv1.AdapterStatus) (int64, bool) {
		return s.Report.ObservedGeneration, true
	}),
	"created_time": search.TimeField[*fleetv1.AdapterStatus](func(s *fleetv1.AdapterStatus) (time.Time, bool) {
		return firstReported(s), true
	}),
	"last_report_time": search.TimeField[*fleetv1.AdapterStatus](func(s *fleetv1.AdapterStatus) (time.Time, bool) {
		return lastReported(s), true
	}),
}
