package hyperfleet

import (
	"strings"

	"github.com/slipway-dev/slipway/internal/hub"
)

// faultsOf are the rules that the hub or the API server found broken, in terms of the dialect.
func faultsOf(err *hub.Error) []fault {
	faults := make([]fault, 0, len(err.Faults)+1)
	for _, f := range err.Faults {
		faults = append(faults, fault{Field: fieldOf(f.Field), Constraint: constraintSchema, Message: f.Message})
	}
	if len(faults) == 0 {
		faults = append(faults, fault{Field: "spec", Constraint: constraintSchema, Message: err.Message})
	}
	return faults
}

// renamed are members of the custom resources that have another name here.
var renamed = []struct{ theirs, ours string }{
	{"spec.parameters", "spec"},
	{"spec.poolName", "name"},
	{"metadata.name", "name"},
	{"metadata.labels", "labels"},
	{"report.observedGeneration", "observed_generation"},
	{"report.observedTime", "observed_time"},
	{"report.conditions", "conditions"},
	{"report.data", "data"},
	{"report.metadata", "metadata"},
	{"spec.adapter", "adapter"},
}

// fieldOf is the path of a member of a custom resource in terms of the dialect. What the dialect does not show counts as the
// spec.
func fieldOf(field string) string {
	for _, row := range renamed {
		rest, found := strings.CutPrefix(field, row.theirs)
		if found && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return row.ours + rest
		}
	}
	return "spec"
}
