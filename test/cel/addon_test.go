package cel

var addonRows = []row{
	{desc: "the sample"},
	{desc: "nothing but what is required", mutate: []edit{set("spec", fields{"clusterName": "c", "templateName": "t", "version": "1"})}},
	{desc: "nothing at all", mutate: []edit{set("spec", fields{})}, wantErrors: []string{
		"spec.clusterName: Required value", "spec.templateName: Required value", "spec.version: Required value"}},

	{desc: "name with a dot", mutate: []edit{set("metadata.name", "a.b")}, wantErrors: []string{nameOfAddon}},
	{desc: "name of 53 characters", mutate: []edit{set("metadata.name", text(53))}},
	{desc: "name of 54 characters", mutate: []edit{set("metadata.name", text(54))}, wantErrors: []string{nameOfAddon}},

	{desc: "cluster with a dot", mutate: []edit{set("spec.clusterName", "a.b")}, wantErrors: []string{
		"spec.clusterName: clusterName must be the name of a Cluster: lower-case letters, digits and hyphens"}},
	{desc: "another cluster from the start", mutate: []edit{set("spec.clusterName", "other-1")}},
	{desc: "cluster changed", update: []edit{set("spec.clusterName", "other")}, wantErrors: []string{
		"spec.clusterName: spec.clusterName is immutable; delete the Addon and create one for the other cluster"}},
	{desc: "template with a dot", mutate: []edit{set("spec.templateName", "jupyterhub.v3")}},
	{desc: "template with a slash", mutate: []edit{set("spec.templateName", "a/b")}, wantErrors: []string{
		"spec.templateName: templateName must be the name of an AddonTemplate: lower-case letters, digits, hyphens and dots"}},
	{desc: "template changed", update: []edit{set("spec.templateName", "other")}, wantErrors: []string{
		"spec.templateName: spec.templateName is immutable; delete the Addon and create one from the other template"}},
	{desc: "version and params changed", update: []edit{set("spec.version", "2.2.0"), set("spec.params", fields{"a": []any{1, "b"}})}},
	{desc: "empty version", mutate: []edit{set("spec.version", "")}, wantErrors: []string{
		"spec.version: should be at least 1 chars long"}},
	{desc: "params that are a word", mutate: []edit{set("spec.params", "cpu_limit=2")}, wantErrors: []string{
		`spec.params: must be of type object: "string"`}},

	{desc: "values from a Secret", mutate: []edit{set("spec.valuesFrom", []any{fields{"kind": "Secret", "name": "a.b-1", "key": "my_values.YAML"}})}},
	{desc: "values from elsewhere", mutate: []edit{set("spec.valuesFrom[0].kind", "Pod")}, wantErrors: []string{
		`spec.valuesFrom[0].kind: supported values: "Secret", "ConfigMap"`}},
	{desc: "values from another namespace", mutate: []edit{set("spec.valuesFrom[0].name", "kube-system/secret")}, wantErrors: []string{
		"spec.valuesFrom[0].name: name must be the name of a Secret or ConfigMap in this namespace: lower-case letters, digits, hyphens and dots"}},
	{desc: "values under a key that is a path", mutate: []edit{set("spec.valuesFrom[0].key", "../values")}, wantErrors: []string{
		"spec.valuesFrom[0].key: should match '^[-._a-zA-Z0-9]+$'"}},

	{desc: "patches by themselves", mutate: []edit{set("spec.upgradePolicy", "Patch")}},
	{desc: "unknown policy", mutate: []edit{set("spec.upgradePolicy", "Always")}, wantErrors: []string{
		`spec.upgradePolicy: supported values: "Manual", "Patch", "Minor"`}},

	{desc: "params from a Secret", mutate: []edit{set("spec.valuesFrom[0].holds", "Params")}},
	{desc: "something else from a Secret", mutate: []edit{set("spec.valuesFrom[0].holds", "Secrets")}, wantErrors: []string{
		`spec.valuesFrom[0].holds: supported values: "Values", "Params"`}},
	{desc: "status of a move", status: []edit{set("status.delivery", "Tenant"), set("status.movedFrom", "Hub")}},
	{desc: "status of a move to nowhere", status: []edit{set("status.delivery", "Elsewhere"), set("status.movedFrom", "Nowhere")}, wantErrors: []string{
		`status.delivery: supported values: "Hub", "Tenant"`, `status.movedFrom: supported values: "Hub", "Tenant"`}},
	{desc: "status with references in the history", status: []edit{historyFrom(fields{"kind": "Secret", "name": "a.b-1", "key": "my_values.YAML", "holds": "Params"})}},
	{desc: "status with references to another namespace", status: []edit{historyFrom(fields{"kind": "Secret", "name": "a/b", "key": "c"})}, wantErrors: []string{
		"status.history[0].valuesFrom[0].name: name must be the name of a Secret or ConfigMap in this namespace: lower-case letters, digits, hyphens and dots"}},
	{desc: "status with references that lead elsewhere", status: []edit{historyFrom(fields{"kind": "Pod", "name": "a", "key": "../c", "holds": "Secrets"})}, wantErrors: []string{
		`status.history[0].valuesFrom[0].kind: supported values: "Secret", "ConfigMap"`,
		"status.history[0].valuesFrom[0].key: should match '^[-._a-zA-Z0-9]+$'",
		`status.history[0].valuesFrom[0].holds: supported values: "Values", "Params"`}},

	{desc: "operation of a REST client", mutate: []edit{set("spec.operation", operationRequest)}},
	{desc: "malformed operation", mutate: []edit{set("spec.operation", fields{"id": "7", "type": "resize", "generation": 0})}, wantErrors: operationRequestErrors},
}

// historyFrom sets a history of one entry that was deployed with a reference.
func historyFrom(ref fields) edit {
	return set("status.history", []any{fields{
		"version": "1", "generation": 1, "deployedTime": "2026-01-01T00:00:00Z", "valuesFrom": []any{ref},
	}})
}

const nameOfAddon = "metadata: metadata.name must be at most 53 lower-case letters, digits and hyphens, starting and ending with a letter or digit: it names the Helm release"
