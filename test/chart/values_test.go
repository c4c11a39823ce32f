package chart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// Values that mean nothing are refused before anything is installed, and the message names them.
func TestValuesAreChecked(t *testing.T) {
	for name, tc := range map[string]struct {
		// set is what --set-json says.
		set string
		// want is where the message says that the mistake is.
		want string
	}{
		"a misspelt value":                            {`replicas=2`, "additional properties 'replicas'"},
		"a misspelt value further down":               {`manager.replica=2`, "additional properties 'replica'"},
		"no replicas":                                 {`manager.replicas=0`, "/manager/replicas"},
		"replicas in words":                           {`apiserver.replicas="two"`, "/apiserver/replicas"},
		"a dialect that nobody speaks":                {`apiserver.dialects=["soap"]`, "/apiserver/dialects/0"},
		"a dialect twice":                             {`apiserver.dialects=["cce","cce"]`, "/apiserver/dialects"},
		"a port beyond all ports":                     {`manager.ports.webhook=70000`, "/manager/ports/webhook"},
		"a port for everything and nothing":           {`apiserver.ports.https=0`, "/apiserver/ports/https"},
		"a way to certificates that there is not":     {`certificates.mode="LetsEncrypt"`, "/certificates/mode"},
		"a duration without a unit":                   {`certificates.validity="90"`, "/certificates/validity"},
		"a duration in days, which Go does not know":  {`certificates.renewBefore="30d"`, "/certificates/renewBefore"},
		"an issuer without a name":                    {`certificates.certManager.issuerRef={"kind":"Issuer"}`, "/certificates/certManager/issuerRef"},
		"an authority that is no PEM":                 {`certificates.caBundle="LS0t"`, "/certificates/caBundle"},
		"a private key for an authority":              {`certificates.caBundle="-----BEGIN EC PRIVATE KEY-----"`, "/certificates/caBundle"},
		"a name of a certificate with a port":         {`certificates.dnsNames=["a.example.com:443"]`, "/certificates/dnsNames/0"},
		"a tenant that is no namespace":               {`tenants=["Team_A"]`, "/tenants/0"},
		"keys in what is no namespace":                {`apiserver.accessKeys.namespaces=["*"]`, "/apiserver/accessKeys/namespaces/0"},
		"a default namespace that is none":            {`apiserver.defaultNamespace="a/b"`, "/apiserver/defaultNamespace"},
		"definitions that go while objects are kept":  {`crds.keep=false`, "/uninstall/objects"},
		"a third way to uninstall":                    {`uninstall.objects="Drop"`, "/uninstall/objects"},
		"an Ingress without hosts":                    {`apiserver.ingress.enabled=true`, "/apiserver/ingress/hosts"},
		"a route without a gateway":                   {`apiserver.gateway={"enabled":true,"hosts":["a.example.com"]}`, "/apiserver/gateway/parentRefs"},
		"a route of a kind that does not carry HTTPS": {`apiserver.gateway.kind="TCPRoute"`, "/apiserver/gateway/kind"},
		"a host that is a URL":                        {`apiserver.ingress.hosts=["https://a.example.com"]`, "/apiserver/ingress/hosts/0"},
		"links that begin with no URL":                {`apiserver.nks.publicURL="nks.example.com"`, "/apiserver/nks/publicURL"},
		"an address with a port":                      {`listenAddress="127.0.0.1:80"`, "/listenAddress"},
		"a log level that there is not":               {`manager.logLevel="TRACE"`, "/manager/logLevel"},
		"an image that is pulled on Sundays":          {`image.pullPolicy="Sunday"`, "/image/pullPolicy"},
		"a tag with a digest":                         {`image.tag="v1@sha256:00"`, "/image/tag"},
		"a budget that lets no pod go":                {`manager.podDisruptionBudget.maxUnavailable=0`, "/manager/podDisruptionBudget/maxUnavailable"},
		"an argument that is no flag":                 {`manager.extraArgs=["debug"]`, "/manager/extraArgs/0"},
		"labels that are no words":                    {`commonLabels={"on":true}`, "/commonLabels/on"},
		"a collector that is a URL":                   {`monitoring.tracing.endpoint="http://a:4317"`, "/monitoring/tracing/endpoint"},
		"a network without API servers":               {`networkPolicy.apiPorts=[]`, "/networkPolicy/apiPorts"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := template(t, "--set-json", tc.set)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v does not name %s", err, tc.want)
			}
		})
	}
}

// Every value does something: some file in ci sets it, and without that the chart makes something else.
func TestEveryValueMatters(t *testing.T) {
	open := map[string]bool{}
	for _, path := range leaves(nil, parse(t, filepath.Join(folder(), "values.yaml"))) {
		open[strings.Join(path, ".")] = true
	}
	if len(open) < 50 {
		t.Fatalf("found %d values only", len(open))
	}
	for _, file := range ci(t) {
		values := parse(t, file)
		// The definitions take most of the time, and only their own values change them.
		whole := map[bool]string{true: renderText(t, values), false: renderText(t, values, "--set=crds.install=false")}
		for _, path := range settings(values, open) {
			var leave []string
			definitions := path[0] == "crds"
			if !definitions {
				leave = []string{"--set=crds.install=false"}
			}
			rest := parse(t, file)
			unstructured.RemoveNestedField(rest, path...)
			if renderText(t, rest, leave...) != whole[definitions] {
				delete(open, strings.Join(path, "."))
			}
		}
	}
	for path := range open {
		t.Errorf("%s: no file in charts/slipway/ci sets it so that the chart makes something else", path)
	}
}

// leaves are the paths of the values that values.yaml has: an empty or a filled list is one, an empty object too.
func leaves(path []string, node map[string]any) [][]string {
	var found [][]string
	for name, value := range node {
		below := append(slices.Clone(path), name)
		if object, ok := value.(map[string]any); ok && len(object) > 0 && !isFree(below) {
			found = append(found, leaves(below, object)...)
			continue
		}
		found = append(found, below)
	}
	return found
}

// isFree tells whether the keys below a value are the user's, not the chart's.
func isFree(path []string) bool {
	return slices.Contains([]string{"labels", "resources"}, path[len(path)-1])
}

// settings are the wanted values that a file sets.
func settings(values map[string]any, wanted map[string]bool) [][]string {
	var found [][]string
	for path := range wanted {
		names := strings.Split(path, ".")
		if _, is, _ := unstructured.NestedFieldNoCopy(values, names...); is {
			found = append(found, names)
		}
	}
	return found
}

func parse(t *testing.T, file string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	if err := yaml.Unmarshal(content, &values); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return values
}

// renderText renders the chart with values that stand in no file. What is refused is rendered as the refusal.
func renderText(t *testing.T, values map[string]any, arguments ...string) string {
	t.Helper()
	content, err := yaml.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := tool(t, "helm", append([]string{"template", "slipway", folder(), "--namespace", namespace, "--values", file}, arguments...)...)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// The schema knows no value that values.yaml lacks: it could not be found by reading.
func TestSchemaAndValuesAgree(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(folder(), "values.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	schema := map[string]any{}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	values := parse(t, filepath.Join(folder(), "values.yaml"))
	values["global"] = map[string]any{} // Helm's own
	compare(t, "", schema, values)
}

// compare goes down where the schema lists the properties of an object and closes it.
func compare(t *testing.T, path string, schema, values map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		value, known := values[name]
		if !known {
			t.Errorf("values.yaml lacks %s.%s", path, name)
			continue
		}
		below, _ := value.(map[string]any)
		if closed, _ := property.(map[string]any); closed["additionalProperties"] == false && !isFree([]string{name}) {
			compare(t, path+"."+name, closed, below)
		}
	}
}
