//go:build e2e

package hyperfleet

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// What the model expects of an answer is a tree of map[string]any, []any and scalars, in which times are time.Time.

// conditions is what status.conditions should be.
func (b *book) conditions() []any {
	list := []any{}
	for _, name := range []string{"Available", "Ready", "LastKnownReconciled", "Reconciled"} {
		s := b.ready
		if name == "Available" || name == "LastKnownReconciled" {
			s = b.available
		}
		list = append(list, map[string]any{
			"type": name, "status": s.status, "reason": s.reason, "message": s.message, "observed_generation": s.generation,
			"created_time": b.created, "last_updated_time": b.lastUpdated(), "last_transition_time": s.since,
		})
	}
	adapters := slices.Sorted(maps.Keys(b.reports))
	for _, adapter := range adapters {
		if r := b.counted(adapter); r != nil {
			list = append(list, r.successful(adapter))
		}
	}
	return list
}

// successful is the condition of an adapter. The adapters of the random histories have names of one word.
func (r *told) successful(adapter string) map[string]any {
	for _, f := range r.findings {
		if f.conditionType == "Available" {
			return worded(f, map[string]any{
				"type": strings.ToUpper(adapter[:1]) + adapter[1:] + "Successful", "status": f.status, "observed_generation": r.generation,
				"created_time": r.first, "last_updated_time": r.at, "last_transition_time": f.since,
			})
		}
	}
	return nil
}

// shown is a report as it is answered.
func (r *told) shown(adapter string) map[string]any {
	findings := []any{}
	for _, f := range r.findings {
		findings = append(findings, worded(f, map[string]any{
			"type": f.conditionType, "status": f.status, "last_transition_time": f.since,
		}))
	}
	data, err := suite.ParseJSON([]byte(r.data))
	if err != nil {
		data = err.Error()
	}
	return map[string]any{
		"adapter": adapter, "observed_generation": r.generation, "conditions": findings, "data": tree(data),
		"created_time": r.first, "last_report_time": r.at,
	}
}

// list is what the list of reports should be.
func (b *book) list() map[string]any {
	items := []any{}
	adapters := slices.SortedFunc(maps.Keys(b.reports), func(x, y string) int {
		if order := b.reports[y].first.Compare(b.reports[x].first); order != 0 {
			return order
		}
		return strings.Compare(x, y)
	})
	for _, adapter := range adapters {
		items = append(items, b.reports[adapter].shown(adapter))
	}
	return map[string]any{"kind": "AdapterStatusList", "page": 1, "size": len(items), "total": len(items), "items": items}
}

// worded adds reason and message where there are any.
func worded(f finding, to map[string]any) map[string]any {
	if f.reason != "" {
		to["reason"] = f.reason
	}
	if f.message != "" {
		to["message"] = f.message
	}
	return to
}

// tree turns an answer into the form in which the model expects it.
func tree(value any) any {
	switch known := value.(type) {
	case *suite.Object:
		result := map[string]any{}
		for _, key := range known.Keys {
			result[key] = tree(known.Members[key])
		}
		return result
	case []any:
		result := []any{}
		for _, item := range known {
			result = append(result, tree(item))
		}
		return result
	case json.Number:
		whole, err := known.Int64()
		if err != nil {
			return known.String()
		}
		return int(whole)
	case string:
		if at, err := time.Parse(time.RFC3339Nano, known); err == nil && suite.TimePattern.MatchString(known) {
			return at
		}
		return known
	default:
		return value
	}
}
