package cel

var operationRows = []row{
	{desc: "the sample"},
	{desc: "on an Addon", mutate: []edit{set("spec.target.kind", "Addon")}},
	{desc: "on a Pod", mutate: []edit{set("spec.target.kind", "Pod")}, wantErrors: []string{
		`spec.target.kind: supported values: "Cluster", "NodePool", "Addon"`}},
	{desc: "type with digits", mutate: []edit{set("spec.type", "V2_UPGRADE")}},
	{desc: "type in lower case", mutate: []edit{set("spec.type", "resize")}, wantErrors: []string{
		"spec.type: type must start with an upper-case letter and hold letters, digits and underscores, for example CLUSTER_RESIZE"}},
	{desc: "a later one", mutate: []edit{set("spec.generation", 7), set("spec.sequence", 8), set("spec.startTime", "2026-01-01T09:00:00+09:00")}},
	{desc: "numbers below 1", mutate: []edit{set("spec.generation", 0), set("spec.sequence", 0)}, wantErrors: []string{
		"spec.generation: should be greater than or equal to 1",
		"spec.sequence: should be greater than or equal to 1"}},
	{desc: "without a time", mutate: []edit{unset("spec.startTime")}, wantErrors: []string{"spec.startTime: Required value"}},
	{desc: "at a time in lower case", mutate: []edit{set("spec.startTime", "2026-01-01t00:00:00z")}, wantErrors: []string{
		"spec.startTime: should match " + secondTime}},
	{desc: "changed", update: []edit{set("spec.generation", 2)}, wantErrors: []string{
		"spec: spec is immutable: an Operation is a record"}},
	{desc: "labelled", update: []edit{set("metadata.labels", fields{"a": "b"}), set("spec.generation", 4)}},
	{desc: "ended", status: []edit{set("status.state", "Succeeded"), set("status.endTime", "2026-01-01T00:01:00Z")}},
	{desc: "ended at a time in lower case", status: []edit{set("status.endTime", "2026-01-01t00:00:00z")}, wantErrors: []string{
		"status.endTime: should match " + secondTime}},
	{desc: "in an unknown state", status: []edit{set("status.state", "Lost")}, wantErrors: []string{
		`status.state: supported values: "InProgress", "Succeeded", "Failed"`}},
}
