package cel

var addonTemplateRows = []row{
	{desc: "the sample"},
	{desc: "nothing but what is required", mutate: []edit{set("spec", fields{
		"source":   fields{"type": "OCIRepository", "url": "oci://registry.example.com/charts"},
		"versions": []any{fields{"version": "1", "chart": fields{"name": "a"}}}})}},

	{desc: "no logo and no readme", mutate: []edit{set("spec.logoURL", ""), set("spec.readmeURL", "")}},
	{desc: "logo and readme by a relative path", mutate: []edit{set("spec.logoURL", "logo.svg"), set("spec.readmeURL", "README.md")}, wantErrors: []string{
		"spec.logoURL: logoURL must be an absolute URL",
		"spec.readmeURL: readmeURL must be an absolute URL"}},

	{desc: "charts in a registry with an index", mutate: []edit{set("spec.source.url", "oci://registry.example.com/charts")}},
	{desc: "charts over plain HTTP", mutate: []edit{set("spec.source.url", "http://charts.example.com/")}},
	{desc: "charts in a folder", mutate: []edit{set("spec.source.url", "file:///charts")}, wantErrors: []string{sourceURL}},
	{desc: "OCIRepository over https", mutate: []edit{set("spec.source.type", "OCIRepository")}, wantErrors: []string{sourceURL}},
	{desc: "charts from git", mutate: []edit{set("spec.source.type", "GitRepository")}, wantErrors: []string{
		`spec.source.type: supported values: "HelmRepository", "OCIRepository"`}},

	{desc: "static add-on", mutate: []edit{set("spec.type", "static")}},
	{desc: "unknown type", mutate: []edit{set("spec.type", "script")}, wantErrors: []string{
		`spec.type: supported values: "helm", "static"`}},

	{desc: "times of the quickest", mutate: []edit{set("spec.timeout", "1s"), set("spec.source.interval", "1m30.5s")}},
	{desc: "times that are too short", mutate: []edit{set("spec.timeout", "0s"), set("spec.source.interval", "999ms")}, wantErrors: []string{templateTimeout, sourceInterval}},
	{desc: "times that are no times", mutate: []edit{set("spec.timeout", "5 minutes"), set("spec.source.interval", "1d")}, wantErrors: []string{templateTimeout, sourceInterval}},

	{desc: "no target namespace", mutate: []edit{unset("spec.targetNamespace")}},
	{desc: "target namespace with a dot", mutate: []edit{set("spec.targetNamespace", "a.b")}, wantErrors: []string{
		"spec.targetNamespace: targetNamespace must be a DNS label"}},
	{desc: "target namespace of Kubernetes", mutate: []edit{set("spec.targetNamespace", "kube-system")}, wantErrors: []string{
		"spec.targetNamespace: targetNamespace must not start with kube-: those namespaces belong to Kubernetes"}},

	{desc: "no versions", mutate: []edit{set("spec.versions", []any{})}, wantErrors: []string{
		"spec.versions: should have at least 1 items"}},
	{desc: "a version twice", mutate: []edit{set("spec.versions[1]", fields{"version": "2.1.0", "chart": fields{"name": "a"}})}, wantErrors: []string{
		`spec.versions[1]: Duplicate value: {"version":"2.1.0"}`}},
	{desc: "a version before a release", mutate: []edit{set("spec.versions[0].version", "v2.1.0-rc.1+build.7")}},
	{desc: "a version of one number", mutate: []edit{set("spec.versions[0].version", "2")}},
	{desc: "a version that is a word", mutate: []edit{set("spec.versions[0].version", "latest")}, wantErrors: []string{
		"spec.versions[0].version: version must be a semantic version, for example 3.3.8"}},

	{desc: "chart with an underscore", mutate: []edit{set("spec.versions[0].chart.name", "my_chart.v2")}},
	{desc: "chart with a path", mutate: []edit{set("spec.versions[0].chart.name", "../../other/chart")}, wantErrors: []string{
		"spec.versions[0].chart.name: chart.name must be lower-case letters, digits, hyphens, dots and underscores"}},

	{desc: "deep pointers", mutate: []edit{set("spec.versions[0].paramMapping[0]", fields{"param": "/a/b~1c", "value": "/x/0/y~0z"})}},
	{desc: "pointers without a slash", mutate: []edit{set("spec.versions[0].paramMapping[0]", fields{"param": "cpu", "value": "session.cpu"})}, wantErrors: []string{
		"spec.versions[0].paramMapping[0].param: param must be a JSON pointer, for example /cpu_limit", pointerValue}},
	{desc: "pointer to all values", mutate: []edit{set("spec.versions[0].paramMapping[0].value", "")}, wantErrors: []string{pointerValue}},
	{desc: "pointer with a broken escape", mutate: []edit{set("spec.versions[0].paramMapping[0].value", "/a~2")}, wantErrors: []string{pointerValue}},
	{desc: "param as an integer", mutate: []edit{set("spec.versions[0].paramMapping[0].type", "integer")}},
	{desc: "param as a date", mutate: []edit{set("spec.versions[0].paramMapping[0].type", "date")}, wantErrors: []string{
		`spec.versions[0].paramMapping[0].type: supported values: "string", "number", "integer", "boolean"`}},
	{desc: "constants and defaults of every type", mutate: []edit{set("spec.versions[0].paramMapping", []any{
		fields{"value": "/a", "constant": true}, fields{"value": "/b", "constant": []any{1, "x"}}, fields{"value": "/c", "param": "/c", "default": 1.5}})}},

	{desc: "an output of a Service", mutate: []edit{set("spec.versions[0].outputs", []any{fields{"name": "a", "service": fields{"name": "s", "scheme": "ws+tls"}}})}},
	{desc: "an output of nothing", mutate: []edit{set("spec.versions[0].outputs", []any{fields{"name": "a"}})}, wantErrors: []string{oneOutput}},
	{desc: "an output of two things", mutate: []edit{set("spec.versions[0].outputs", []any{fields{"name": "a", "service": fields{"name": "s"}, "ingress": fields{"name": "i"}}})}, wantErrors: []string{oneOutput}},
	{desc: "an output of three things", mutate: []edit{set("spec.versions[0].outputs", []any{fields{"name": "a",
		"service": fields{"name": "s"}, "ingress": fields{"name": "i"}, "secretKey": fields{"name": "s", "key": "k"}}})}, wantErrors: []string{oneOutput}},
	{desc: "an output with a slash in its name", mutate: []edit{set("spec.versions[0].outputs[0].name", "a/b")}, wantErrors: []string{
		"spec.versions[0].outputs[0].name: name must be letters, digits, hyphens, dots and underscores"}},
	{desc: "an output twice", mutate: []edit{set("spec.versions[0].outputs[1].name", "web_ui")}, wantErrors: []string{
		`spec.versions[0].outputs[1]: Duplicate value: {"name":"web_ui"}`}},
	{desc: "an output with a scheme that is none", mutate: []edit{set("spec.versions[0].outputs[0].service.scheme", "javascript:")}, wantErrors: []string{
		"spec.versions[0].outputs[0].service.scheme: should match '^[a-z][a-z0-9+.-]*$'"}},
	{desc: "a Secret without a key", mutate: []edit{set("spec.versions[0].outputs", []any{fields{"name": "a", "secretKey": fields{"name": "s"}}})}, wantErrors: []string{
		"spec.versions[0].outputs[0].secretKey.key: Required value"}},

	{desc: "a dependency", mutate: []edit{set("spec.versions[0].dependsOn", []any{fields{"templateName": "cert-manager", "versions": ">=1.2.0"}})}},
	{desc: "a dependency twice", mutate: []edit{set("spec.versions[0].dependsOn", []any{fields{"templateName": "a"}, fields{"templateName": "a"}})}, wantErrors: []string{
		`spec.versions[0].dependsOn[1]: Duplicate value: {"templateName":"a"}`}},
	{desc: "labels twice", mutate: []edit{set("spec.labels", []any{"a", "a"})}, wantErrors: []string{
		`spec.labels[1]: Duplicate value: "a"`}},
	{desc: "65 versions", mutate: []edit{set("spec.versions", list(65, func(i int) any {
		return fields{"version": numbered("1.0.%d")(i), "chart": fields{"name": "a"}}
	}))}, wantErrors: []string{"spec.versions: must have at most 64 items"}},
}

const (
	sourceURL       = "spec.source.url: url must start with oci:// for an OCIRepository, and with https://, http:// or oci:// for a HelmRepository"
	pointerValue    = "spec.versions[0].paramMapping[0].value: value must be a JSON pointer, for example /singleuser/cpu/limit"
	templateTimeout = "spec.timeout: timeout must be a duration of at least 1s, for example 5m"
	sourceInterval  = "spec.source.interval: interval must be a duration of at least 1s, for example 10m"
	oneOutput       = "spec.versions[0].outputs[0]: give exactly one of service, ingress and secretKey"
)
