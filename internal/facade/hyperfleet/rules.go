package hyperfleet

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Rules about bodies that the document's schemas cannot hold.

// maxAhead is how far ahead of the server's clock the time of a report may be.
const maxAhead = 5 * time.Minute

// Longest parts of a label's key.
const (
	maxLabelName   = 63
	maxLabelPrefix = 253
)

// checkLabels checks the keys of labels; their values are the schema's.
func checkLabels(body map[string]any) []fault {
	labels, _ := body["labels"].(map[string]any)
	var faults []fault
	for key := range labels {
		field := below("labels", key)
		if hiddenLabel(key) {
			faults = append(faults, fault{Field: field, Constraint: constraintReserved, Message: "keys under " + hiddenDomain + " are reserved"})
			continue
		}
		problems := validation.IsQualifiedName(key)
		if len(problems) == 0 {
			continue
		}
		constraint := constraintPattern
		if tooLong(key) {
			constraint = constraintMaxLength
		}
		faults = append(faults, fault{Field: field, Constraint: constraint, Message: "the key " + problems[0]})
	}
	return faults
}

// tooLong tells whether a part of a label's key is too long.
func tooLong(key string) bool {
	prefix, name, found := strings.Cut(key, "/")
	if !found {
		prefix, name = "", key
	}
	return len(prefix) > maxLabelPrefix || len(name) > maxLabelName
}

// mandatory are the types of conditions that each report holds.
var mandatory = []string{fleetv1.ReportAvailable, fleetv1.ReportApplied, fleetv1.ReportHealth}

// checkConditions checks which types of conditions a report holds.
func checkConditions(body map[string]any) []fault {
	conditions, ok := body["conditions"].([]any)
	if !ok {
		return nil
	}
	var faults []fault
	seen := map[string]bool{}
	for i := range conditions {
		condition, _ := conditions[i].(map[string]any)
		name, ok := condition["type"].(string)
		if !ok {
			continue
		}
		if seen[name] && name != "" {
			faults = append(faults, fault{Field: fmt.Sprintf("conditions[%d].type", i), Constraint: constraintDuplicate,
				Message: "each type may be given once", Value: clip(name)})
		}
		seen[name] = true
	}
	for _, name := range mandatory {
		if !seen[name] {
			faults = append(faults, fault{Field: "conditions", Constraint: constraintRequired, Message: "must hold a condition of type " + name})
		}
	}
	return faults
}

// checkTime refuses a report from the future: it would keep later ones out.
func checkTime(body map[string]any, now time.Time) []fault {
	text, _ := body["observed_time"].(string)
	observed, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !observed.After(now.Add(maxAhead)) {
		return nil
	}
	return []fault{{Field: "observed_time", Constraint: constraintMaximum, Message: "must not be more than 5 minutes ahead of the server's clock", Value: clip(text)}}
}
