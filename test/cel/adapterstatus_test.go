package cel

var adapterStatusRows = []row{
	{desc: "the sample"},
	{desc: "no report yet", mutate: []edit{unset("report")}},
	{desc: "a report on a node pool", mutate: []edit{
		set("spec.targetRef", fields{"kind": "NodePool", "name": "p"}), unset("report.cluster"),
		set("report.nodePool", fields{"replicas": 1, "readyReplicas": 0, "nodes": []any{fields{"name": "a", "id": "a", "state": "Pending"}}})}},
	{desc: "a report on an Addon", mutate: []edit{set("spec.targetRef.kind", "Addon")}, wantErrors: []string{
		`spec.targetRef.kind: supported values: "Cluster", "NodePool"`}},
	{desc: "a target without a name", mutate: []edit{set("spec.targetRef.name", "")}, wantErrors: []string{
		"spec.targetRef.name: should be at least 1 chars long"}},

	{desc: "adapter of one letter", mutate: []edit{set("spec.adapter", "a")}},
	{desc: "adapter with a dot", mutate: []edit{set("spec.adapter", "a.b")}, wantErrors: []string{adapterName}},
	{desc: "adapter that ends with a hyphen", mutate: []edit{set("spec.adapter", "a-")}, wantErrors: []string{adapterName}},

	{desc: "a newer report", update: []edit{set("report.observedGeneration", 2)}},
	{desc: "another adapter", update: []edit{set("spec.adapter", "dns")}, wantErrors: []string{reportImmutable}},
	{desc: "another target", update: []edit{set("spec.targetRef.name", "other")}, wantErrors: []string{reportImmutable}},
	{desc: "another kind of target", update: []edit{set("spec.targetRef.kind", "NodePool")}, wantErrors: []string{reportImmutable}},
	{desc: "a UID learnt later", update: []edit{set("spec.targetRef.uid", "u1")}},
	{desc: "another UID", mutate: []edit{set("spec.targetRef.uid", "u1")}, update: []edit{set("spec.targetRef.uid", "u2")}, wantErrors: []string{reportImmutable}},
	{desc: "a UID forgotten", mutate: []edit{set("spec.targetRef.uid", "u1")}, update: []edit{unset("spec.targetRef.uid")}, wantErrors: []string{reportImmutable}},

	{desc: "a condition of the adapter's own", mutate: []edit{set("report.conditions[3]", fields{"type": "QuotaChecked", "status": "Unknown"})}},
	{desc: "a report without Health", mutate: []edit{set("report.conditions", []any{condition("Available"), condition("Applied")})}, wantErrors: []string{mandatory}},
	{desc: "a report without Applied", mutate: []edit{set("report.conditions", []any{condition("Available"), condition("Health")})}, wantErrors: []string{mandatory}},
	{desc: "a report without Available", mutate: []edit{set("report.conditions", []any{condition("Applied"), condition("Health")})}, wantErrors: []string{mandatory}},
	{desc: "a report without conditions", mutate: []edit{set("report.conditions", []any{})}, wantErrors: []string{mandatory}},
	{desc: "a condition twice", mutate: []edit{set("report.conditions[3]", condition("Health"))}, wantErrors: []string{
		`report.conditions[3]: Duplicate value: {"type":"Health"}`}},
	{desc: "a status that is no status", mutate: []edit{set("report.conditions[0].status", "Maybe")}, wantErrors: []string{
		`report.conditions[0].status: supported values: "True", "False", "Unknown"`}},
	{desc: "a report at generation 0", mutate: []edit{set("report.observedGeneration", 0)}, wantErrors: []string{
		"report.observedGeneration: should be greater than or equal to 1"}},
	{desc: "a report without a time", mutate: []edit{unset("report.observedTime")}, wantErrors: []string{
		"report.observedTime: Required value"}},
	{desc: "a time in another zone", mutate: []edit{set("report.observedTime", "2026-01-01T09:00:00.123456+09:00")}},
	{desc: "times without microseconds", mutate: []edit{
		set("report.observedTime", "2026-01-01T00:00:00Z"), set("report.createdTime", "2026-01-01T00:00:00.123Z"),
		set("report.conditions[0].lastTransitionTime", "2026-01-01T00:00:00.1234567Z")}, wantErrors: []string{
		"report.observedTime: should match " + microTime, "report.createdTime: should match " + microTime,
		"report.conditions[0].lastTransitionTime: should match " + microTime}},
	{desc: "an expiry with a fraction", mutate: []edit{set("report.cluster.certificateExpiry", "2031-01-01T00:00:00.5Z")}},
	{desc: "an expiry in lower case", mutate: []edit{set("report.cluster.certificateExpiry", "2031-01-01t00:00:00z")}, wantErrors: []string{
		"report.cluster.certificateExpiry: should match " + secondTime}},
	{desc: "a generation beyond counting", mutate: []edit{set("report.observedGeneration", 1e30)}, wantErrors: []string{
		"report.observedGeneration: must be of type int64: \"float64\"",
		"<nil>: Checked value must be of type integer with format int64 in report.observedGeneration"}},
	{desc: "nodes beyond counting", mutate: []edit{set("report.nodePool", fields{"replicas": 3000000000, "readyReplicas": 3000000000})}, wantErrors: []string{
		"<nil>: Checked value must be of type integer with format int32 in report.nodePool.readyReplicas",
		"<nil>: Checked value must be of type integer with format int32 in report.nodePool.replicas"}},

	{desc: "endpoint by name", mutate: []edit{set("report.cluster.apiEndpoint", "https://api.example.com:6443")}},
	{desc: "no endpoint", mutate: []edit{set("report.cluster.apiEndpoint", "")}},
	{desc: "endpoint without TLS", mutate: []edit{set("report.cluster.apiEndpoint", "http://10.0.0.1:6443")}, wantErrors: []string{endpoint}},
	{desc: "endpoint that is no URL", mutate: []edit{set("report.cluster.apiEndpoint", "10.0.0.1:6443")}, wantErrors: []string{endpoint}},
	{desc: "fewer than no nodes", mutate: []edit{set("report.nodePool", fields{"replicas": -1, "readyReplicas": -1})}, wantErrors: []string{
		"report.nodePool.readyReplicas: should be greater than or equal to 0",
		"report.nodePool.replicas: should be greater than or equal to 0"}},
	{desc: "a node that is asleep", mutate: []edit{set("report.nodePool", fields{"nodes": []any{fields{"name": "a", "id": "a", "state": "Asleep"}}})}, wantErrors: []string{
		`report.nodePool.nodes[0].state: supported values: "Pending", "Ready", "NotReady", "Stopped", "Removing"`}},
	{desc: "data that is a word", mutate: []edit{set("report.data", "x")}, wantErrors: []string{
		`report.data: must be of type object: "string"`}},
}

// condition is a reported condition that is True.
func condition(conditionType string) fields {
	return fields{"type": conditionType, "status": "True"}
}

const (
	adapterName     = "spec.adapter: adapter must be a DNS label: lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	reportImmutable = "spec: spec is immutable: an AdapterStatus belongs to one target and one adapter"
	mandatory       = "report.conditions: report.conditions must hold Available, Applied and Health; further types are welcome"
	endpoint        = "report.cluster.apiEndpoint: apiEndpoint must be an https URL, for example https://10.0.0.1:6443"
)
