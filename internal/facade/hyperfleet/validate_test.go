package hyperfleet

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clocktesting "k8s.io/utils/clock/testing"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/params"
)

// present is when the tests of this package take place.
var present = time.Date(2026, 1, 2, 3, 4, 5, 600_000_000, time.UTC)

func newDialect(t testing.TB, hub *fakeHub) *Dialect {
	t.Helper()
	d, err := New(hub, clocktesting.NewFakePassiveClock(present), Info{Version: "v1.2.3", BuildTime: "2026-01-01T00:00:00Z"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// read makes a body as facade.ReadJSON does.
func read(text string) (facade.Body, bool) {
	value, faults := params.Decode([]byte(text), "body")
	object, ok := value.(map[string]any)
	return facade.Body{Raw: []byte(text), Object: object}, ok && len(faults) == 0
}

// decoders are all decoders of bodies.
func decoders(d *Dialect) map[string]func(facade.Body) error {
	return map[string]func(facade.Body) error{
		"cluster":      func(b facade.Body) error { _, err := d.decodeCluster(b); return err },
		"node pool":    func(b facade.Body) error { _, err := d.decodeNodePool(b); return err },
		"patch":        func(b facade.Body) error { _, err := d.decodePatch(b); return err },
		"force-delete": func(b facade.Body) error { _, err := d.decodeForceDelete(b); return err },
		"report":       func(b facade.Body) error { _, _, err := d.decodeReport(b); return err },
	}
}

// verdict is what a decoder says: the fields and the constraints, or the code of another error.
func verdict(err error) []string {
	switch e := err.(type) { //nolint:errorlint // the decoders' own errors, unwrapped
	case nil:
		return nil
	case invalidFields:
		var rows []string
		for _, f := range e {
			rows = append(rows, f.Field+" "+f.Constraint)
		}
		slices.Sort(rows)
		return rows
	case badRequest:
		return []string{problemRequest.code}
	case malformed:
		return []string{problemBody.code}
	default:
		return []string{err.Error()}
	}
}

func cluster(members string) string {
	return `{"kind":"Cluster","name":"my-cluster","spec":{}` + members + `}`
}

func nodePool(members string) string {
	return `{"kind":"NodePool","name":"worker-pool","spec":{}` + members + `}`
}

// A report with the mandatory conditions, in which a part can be replaced.
func reported(replacements ...string) string {
	const good = `{"adapter":"dns","observed_generation":1,"observed_time":"2026-01-02T03:04:05Z","conditions":[` +
		`{"type":"Available","status":"True"},{"type":"Applied","status":"False"},{"type":"Health","status":"Unknown"}]}`
	return strings.NewReplacer(replacements...).Replace(good)
}

func TestBodies(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for name, test := range map[string]struct {
		decoder, body string
		want          []string
	}{
		"the published cluster is accepted": {"cluster",
			`{"kind":"Cluster","name":"my-cluster","spec":{},"labels":{"environment":"production"}}`, nil},
		"the published node pool is accepted": {"node pool",
			`{"kind":"NodePool","name":"worker-pool","spec":{},"labels":{"role":"worker"}}`, nil},
		"members that are not named are ignored": {"cluster", cluster(`,"id":5,"generation":"x","status":null,"Name":7,"SPEC":1`), nil},
		"an empty object lacks all":              {"cluster", `{}`, []string{"kind required", "name required", "spec required"}},
		"a node pool's empty object lacks all":   {"node pool", `{}`, []string{"kind required", "name required", "spec required"}},
		"all violations are told together": {"cluster", `{"kind":"NodePool","name":"A","spec":null,"labels":{"a":1}}`,
			[]string{"kind enum", "labels.a type", "name min_length", "name pattern", "spec type"}},
		"members differ by case":                     {"cluster", `{"Kind":"Cluster","Name":"my-cluster","Spec":{}}`, []string{"kind required", "name required", "spec required"}},
		"kind is the cluster's":                      {"cluster", strings.Replace(cluster(""), "Cluster", "cluster", 1), []string{"kind enum"}},
		"kind is no number":                          {"cluster", strings.Replace(cluster(""), `"Cluster"`, `1`, 1), []string{"kind enum"}},
		"kind is the node pool's":                    {"node pool", strings.Replace(nodePool(""), "NodePool", "Cluster", 1), []string{"kind enum"}},
		"a name is a string":                         {"cluster", `{"kind":"Cluster","name":12345,"spec":{}}`, []string{"name type"}},
		"a name is not null":                         {"cluster", `{"kind":"Cluster","name":null,"spec":{}}`, []string{"name type"}},
		"a name has 3 characters":                    {"cluster", `{"kind":"Cluster","name":"a1b","spec":{}}`, nil},
		"a name has not 2 characters":                {"cluster", `{"kind":"Cluster","name":"a1","spec":{}}`, []string{"name min_length"}},
		"a cluster's name has 53 characters":         {"cluster", `{"kind":"Cluster","name":"` + long(53) + `","spec":{}}`, nil},
		"a cluster's name has not 54 characters":     {"cluster", `{"kind":"Cluster","name":"` + long(54) + `","spec":{}}`, []string{"name max_length"}},
		"a node pool's name has 15 characters":       {"node pool", `{"kind":"NodePool","name":"` + long(15) + `","spec":{}}`, nil},
		"a node pool's name has not 16 characters":   {"node pool", `{"kind":"NodePool","name":"` + long(16) + `","spec":{}}`, []string{"name max_length"}},
		"a node pool's name has not 2 characters":    {"node pool", `{"kind":"NodePool","name":"ab","spec":{}}`, []string{"name min_length"}},
		"a node pool's name is a string":             {"node pool", `{"kind":"NodePool","name":{},"spec":{}}`, []string{"name type"}},
		"a name may begin with a digit":              {"cluster", `{"kind":"Cluster","name":"1-a","spec":{}}`, nil},
		"a name does not begin with a hyphen":        {"cluster", `{"kind":"Cluster","name":"-ab","spec":{}}`, []string{"name pattern"}},
		"a name does not end with a hyphen":          {"node pool", `{"kind":"NodePool","name":"ab-","spec":{}}`, []string{"name pattern"}},
		"a name has no capitals":                     {"cluster", `{"kind":"Cluster","name":"aBc","spec":{}}`, []string{"name pattern"}},
		"a name does not end with a line":            {"cluster", `{"kind":"Cluster","name":"abc\n","spec":{}}`, []string{"name pattern"}},
		"a spec is no list":                          {"cluster", `{"kind":"Cluster","name":"abc","spec":[]}`, []string{"spec type"}},
		"a spec may hold anything":                   {"cluster", `{"kind":"Cluster","name":"abc","spec":{"a":[null,{"b":1e300}]}}`, nil},
		"labels may be null":                         {"cluster", cluster(`,"labels":null`), nil},
		"labels may be empty":                        {"node pool", nodePool(`,"labels":{}`), nil},
		"labels are no list":                         {"cluster", cluster(`,"labels":[]`), []string{"labels type"}},
		"a label's value is a string":                {"cluster", cluster(`,"labels":{"a":null}`), []string{"labels.a type"}},
		"a label's value may be empty":               {"cluster", cluster(`,"labels":{"a":""}`), nil},
		"a label's value has 63 characters":          {"cluster", cluster(`,"labels":{"a":"` + long(63) + `"}`), nil},
		"a label's value has not 64 characters":      {"cluster", cluster(`,"labels":{"a":"` + long(64) + `"}`), []string{"labels.a max_length"}},
		"a label's value has no blanks":              {"node pool", nodePool(`,"labels":{"a":"b c"}`), []string{"labels.a pattern"}},
		"a label's key may have a prefix":            {"cluster", cluster(`,"labels":{"app.example.com/tier":"web"}`), nil},
		"a label's key is not empty":                 {"cluster", cluster(`,"labels":{"":"web"}`), []string{"labels. pattern"}},
		"a label's key has no blanks":                {"cluster", cluster(`,"labels":{"a b":"web"}`), []string{"labels.a b pattern"}},
		"a label's key has one slash":                {"cluster", cluster(`,"labels":{"a/b/c":"web"}`), []string{"labels.a/b/c pattern"}},
		"a label's key has not 64 characters":        {"cluster", cluster(`,"labels":{"` + long(64) + `":"web"}`), []string{"labels." + long(64) + " max_length"}},
		"a label's prefix has not 254 characters":    {"cluster", cluster(`,"labels":{"` + long(254) + `/a":"web"}`), []string{"labels." + long(254) + "/a max_length"}},
		"our own labels are reserved":                {"cluster", cluster(`,"labels":{"slipway.dev/a":"b"}`), []string{"labels.slipway.dev/a reserved"}},
		"labels of our subdomains are reserved":      {"node pool", nodePool(`,"labels":{"fleet.slipway.dev/id":"b"}`), []string{"labels.fleet.slipway.dev/id reserved"}},
		"labels of similar domains are not reserved": {"cluster", cluster(`,"labels":{"notslipway.dev/id":"b","slipway.dev":"c"}`), nil},

		"a patch may hold the spec":               {"patch", `{"spec":{"a":null}}`, nil},
		"a patch may hold labels":                 {"patch", `{"labels":{"a":"b"}}`, nil},
		"a patch may take all labels away":        {"patch", `{"labels":null}`, nil},
		"a patch holds something":                 {"patch", `{}`, []string{"VAL-005"}},
		"a patch holds nothing else":              {"patch", `{"labels":{},"name":"x"}`, []string{"VAL-006"}},
		"a patch of another member is unreadable": {"patch", `{"spec":null,"Labels":{}}`, []string{"VAL-006"}},
		"a patch's spec is an object":             {"patch", `{"spec":null}`, []string{"spec type"}},
		"a patch's spec is no text":               {"patch", `{"spec":"{}"}`, []string{"spec type"}},
		"a patch's labels follow the rules": {"patch", `{"labels":{"fleet.slipway.dev/id":"b","a":5,"b":"-"}}`,
			[]string{"labels.a type", "labels.b pattern", "labels.fleet.slipway.dev/id reserved"}},

		"a forced deletion has a reason":               {"force-delete", `{"reason":"x"}`, nil},
		"a forced deletion may say more":               {"force-delete", `{"reason":"x","ticket":1}`, nil},
		"a forced deletion without a reason":           {"force-delete", `{}`, []string{"reason required"}},
		"a forced deletion with an empty reason":       {"force-delete", `{"reason":""}`, []string{"reason required"}},
		"a reason is a string":                         {"force-delete", `{"reason":["x"]}`, []string{"reason type"}},
		"a reason has 1024 characters":                 {"force-delete", `{"reason":"` + strings.Repeat("ä", 1024) + `"}`, nil},
		"a reason has not 1025 characters":             {"force-delete", `{"reason":"` + long(1025) + `"}`, []string{"reason max_length"}},
		"a report is accepted":                         {"report", reported(), nil},
		"a report may have further conditions":         {"report", reported(`]}`, `,{"type":"Finalized","status":"False","reason":"","message":""}]}`), nil},
		"a report may have data and metadata":          {"report", reported(`]}`, `],"data":{"a":null},"metadata":{"b":[1]}}`), nil},
		"a report may have other members":              {"report", reported(`]}`, `],"Data":5,"observed":true}`), nil},
		"an empty report lacks all":                    {"report", `{}`, []string{"adapter required", "conditions required", "observed_generation required", "observed_time required"}},
		"an adapter's name is a DNS label":             {"report", reported(`"dns"`, `"Dns_1"`), []string{"adapter pattern"}},
		"an adapter's name is not empty":               {"report", reported(`"dns"`, `""`), []string{"adapter pattern"}},
		"an adapter's name is a string":                {"report", reported(`"dns"`, `5`), []string{"adapter pattern"}},
		"an adapter's name has 63 characters":          {"report", reported(`"dns"`, `"`+long(63)+`"`), nil},
		"an adapter's name has not 64 characters":      {"report", reported(`"dns"`, `"`+long(64)+`"`), []string{"adapter max_length"}},
		"a generation is a number":                     {"report", reported(`generation":1`, `generation":"1"`), []string{"observed_generation type"}},
		"a generation is whole":                        {"report", reported(`generation":1`, `generation":1.5`), []string{"observed_generation type"}},
		"a generation is not null":                     {"report", reported(`generation":1`, `generation":null`), []string{"observed_generation type"}},
		"a generation is at least 1":                   {"report", reported(`generation":1`, `generation":0`), []string{"observed_generation minimum"}},
		"a generation is not negative":                 {"report", reported(`generation":1`, `generation":-7`), []string{"observed_generation minimum"}},
		"a generation has 32 bits":                     {"report", reported(`generation":1`, `generation":2147483647`), nil},
		"a generation has no 33 bits":                  {"report", reported(`generation":1`, `generation":2147483648`), []string{"observed_generation type"}},
		"a time is one":                                {"report", reported(`2026-01-02T03:04:05Z`, `yesterday`), []string{"observed_time format"}},
		"a time has a zone":                            {"report", reported(`2026-01-02T03:04:05Z`, `2026-01-02T03:04:05`), []string{"observed_time format"}},
		"a time has day and hour":                      {"report", reported(`2026-01-02T03:04:05Z`, `2026-01-02`), []string{"observed_time format"}},
		"a time exists":                                {"report", reported(`2026-01-02T03:04:05Z`, `2026-02-30T03:04:05Z`), []string{"observed_time format"}},
		"a time is a string":                           {"report", reported(`"2026-01-02T03:04:05Z"`, `1767323045`), []string{"observed_time format"}},
		"a time may be of another zone":                {"report", reported(`2026-01-02T03:04:05Z`, `2026-01-02T05:04:05.123456789+02:00`), nil},
		"a time of the years before 0":                 {"report", reported(`2026-01-02T03:04:05Z`, `0000-01-01T00:00:00+01:00`), []string{"observed_time format"}},
		"a time may be as old as can be":               {"report", reported(`2026-01-02T03:04:05Z`, `0001-01-01T00:00:00Z`), nil},
		"a time may be 5 minutes ahead":                {"report", reported(`2026-01-02T03:04:05Z`, `2026-01-02T03:09:05.6Z`), nil},
		"a time is not more than 5 minutes ahead":      {"report", reported(`2026-01-02T03:04:05Z`, `2026-01-02T03:09:05.600001Z`), []string{"observed_time maximum"}},
		"conditions are a list":                        {"report", `{"adapter":"dns","observed_generation":1,"observed_time":"2026-01-02T03:04:05Z","conditions":{}}`, []string{"conditions type"}},
		"conditions are not empty":                     {"report", `{"adapter":"dns","observed_generation":1,"observed_time":"2026-01-02T03:04:05Z","conditions":[]}`, []string{"conditions required", "conditions required", "conditions required"}},
		"Available is mandatory":                       {"report", reported("Available", "Other"), []string{"conditions required"}},
		"Applied is mandatory":                         {"report", reported("Applied", "Other"), []string{"conditions required"}},
		"Health is mandatory":                          {"report", reported("Health", "health"), []string{"conditions required"}},
		"no type is given twice":                       {"report", reported(`]}`, `,{"type":"Health","status":"True"}]}`), []string{"conditions[3].type duplicate"}},
		"a condition is an object":                     {"report", reported(`]}`, `,5]}`), []string{"conditions[3] type"}},
		"a condition has type and status":              {"report", reported(`]}`, `,{}]}`), []string{"conditions[3].status required", "conditions[3].type required"}},
		"a condition's type is not empty":              {"report", reported(`]}`, `,{"type":"","status":"True"},{"type":"","status":"True"}]}`), []string{"conditions[3].type required", "conditions[4].type required"}},
		"a condition's type is a string":               {"report", reported(`]}`, `,{"type":1,"status":"True"}]}`), []string{"conditions[3].type type"}},
		"a condition's status is one of three":         {"report", reported(`"status":"True"`, `"status":"true"`), []string{"conditions[0].status enum"}},
		"a condition's status is a string":             {"report", reported(`"status":"True"`, `"status":true`), []string{"conditions[0].status enum"}},
		"a condition's reason is a string":             {"report", reported(`"status":"True"`, `"status":"True","reason":5`), []string{"conditions[0].reason type"}},
		"a condition's message is a string":            {"report", reported(`"status":"True"`, `"status":"True","message":null`), []string{"conditions[0].message type"}},
		"data are an object":                           {"report", reported(`]}`, `],"data":[]}`), []string{"data type"}},
		"metadata are an object":                       {"report", reported(`]}`, `],"metadata":"x"}`), []string{"metadata type"}},
		"a report's violations are all told together":  {"report", reported(`"dns"`, `"-"`, `generation":1`, `generation":0`, "Available", ""), []string{"adapter pattern", "conditions required", "conditions[0].type required", "observed_generation minimum"}},
		"a member of a condition is known by its case": {"report", reported(`"status":"True"`, `"Status":"True"`), []string{"conditions[0].status required"}},
	} {
		t.Run(name, func(t *testing.T) {
			body, ok := read(test.body)
			if !ok {
				t.Fatalf("%s is no body", test.body)
			}
			got := verdict(decoders(newDialect(t, nil))[test.decoder](body))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s\n-want +got:\n%s", test.body, diff)
			}
		})
	}
}

func TestViolationsTellWhatWasSentUnlessItMayBeASecret(t *testing.T) {
	d := newDialect(t, nil)
	body, _ := read(`{"kind":"Cluster","name":"A","spec":"hush","labels":{"a":5}}`)
	_, err := d.decodeCluster(body)
	values := map[string]any{}
	for _, f := range err.(invalidFields) { //nolint:errorlint // the decoder's own error
		values[f.Field] = f.Value
		if f.Message == "" {
			t.Errorf("%s has no message", f.Field)
		}
	}
	want := map[string]any{"name": "A", "spec": nil, "labels.a": json.Number("5")}
	if diff := cmp.Diff(want, values); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsReadIsWhatWasSent(t *testing.T) {
	d := newDialect(t, nil)
	body, _ := read(`{"kind":"Cluster","NAME":"other","name":"my-cluster","Spec":{"b":2},"spec": { "a" : null, "n":12345678901234567890 },` +
		`"labels":{"Environment":"x","environment":"y"}}`)
	wish, err := d.decodeCluster(body)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %s %v", wish.Name, wish.Parameters, wish.Labels)
	if want := `my-cluster {"a":null,"n":12345678901234567890} map[Environment:x environment:y]`; got != want {
		t.Errorf("want %s, got %s", want, got)
	}

	body, _ = read(reported(`:05Z`, `:05.1234567+01:00`, `"dns"`, `"dns","ADAPTER":"x"`, `]}`, `],"data":{ "a" : 1 }}`))
	adapter, report, err := d.decodeReport(body)
	if err != nil {
		t.Fatal(err)
	}
	got = fmt.Sprintf("%s %d %s %s %v", adapter, report.ObservedGeneration, report.ObservedTime.Format(time.RFC3339Nano), report.Data.Raw, report.Metadata)
	if want := `dns 1 2026-01-02T02:04:05.123456Z {"a":1} nil`; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
	if len(report.Conditions) != 3 || report.Conditions[2].Type != "Health" || report.Conditions[2].Status != "Unknown" {
		t.Errorf("unexpected conditions: %v", report.Conditions)
	}
}
