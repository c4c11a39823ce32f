package hyperfleet

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
)

// whole is a node pool as answers show it, white space and all that JSON allows.
const whole = `{"kind":"NodePool","id":"2x","href":"/h","name":"n","owner_references":{"kind":"Cluster","id":"2c","href":"/c"},
 "generation":3,"spec":{"a":{"b":1,"c":[1,{"b":"}"}]},"null":null,"x-y_z":"q\"}","a.b":7, "\u0065":5},
 "labels":{"environment":"dev","app.kubernetes.io/part-of":"shop"},"created_time":"t","status":{"conditions":[{"type":"Ready"}]}}`

func TestFields(t *testing.T) {
	for fields, want := range map[string]string{
		"":                              whole,
		"name":                          `{"id":"2x","name":"n"}`,
		"id":                            `{"id":"2x"}`,
		"name,kind":                     `{"kind":"NodePool","id":"2x","name":"n"}`,
		" name , kind ":                 `{"kind":"NodePool","id":"2x","name":"n"}`,
		"name,name":                     `{"id":"2x","name":"n"}`,
		"generation,created_time":       `{"id":"2x","generation":3,"created_time":"t"}`,
		"status":                        `{"id":"2x","status":{"conditions":[{"type":"Ready"}]}}`,
		"status.conditions":             `{"id":"2x","status":{"conditions":[{"type":"Ready"}]}}`,
		"owner_references.id":           `{"id":"2x","owner_references":{"id":"2c"}}`,
		"owner_references.href,name":    `{"id":"2x","name":"n","owner_references":{"href":"/c"}}`,
		"owner_references":              `{"id":"2x","owner_references":{"kind":"Cluster","id":"2c","href":"/c"}}`,
		"labels.environment":            `{"id":"2x","labels":{"environment":"dev"}}`,
		"labels.none":                   `{"id":"2x"}`,
		"labels.none,name":              `{"id":"2x","name":"n"}`,
		"name,labels.none,created_time": `{"id":"2x","name":"n","created_time":"t"}`,
		"labels.app.kubernetes.io/part-of,labels.environment": `{"id":"2x","labels":{"environment":"dev","app.kubernetes.io/part-of":"shop"}}`,
		"spec.a.b":                   `{"id":"2x","spec":{"a":{"b":1}}}`,
		"spec.a":                     `{"id":"2x","spec":{"a":{"b":1,"c":[1,{"b":"}"}]}}}`,
		"spec.a,spec.a.b":            `{"id":"2x","spec":{"a":{"b":1,"c":[1,{"b":"}"}]}}}`,
		"spec.a.b,spec.a":            `{"id":"2x","spec":{"a":{"b":1,"c":[1,{"b":"}"}]}}}`,
		"spec.a.b.d":                 `{"id":"2x"}`,
		"spec.a.c.b":                 `{"id":"2x"}`,
		"spec.null":                  `{"id":"2x","spec":{"null":null}}`,
		"spec.x-y_z,spec.e":          `{"id":"2x","spec":{"x-y_z":"q\"}","\u0065":5}}`,
		"spec.nothing,spec.a.nobody": `{"id":"2x"}`,
		"deleted_time,deleted_by":    `{"id":"2x"}`,
	} {
		projection, faults := parseFields(nodePoolMembers, query(t, "fields="+strings.ReplaceAll(fields, " ", "%20")))
		if len(faults) > 0 {
			t.Errorf("%s: %v", fields, faults)
			continue
		}
		if diff := cmp.Diff(want, string(projection.of([]byte(whole)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", fields, diff)
		}
	}
}

func TestFieldsRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		known  members
		fields string
		want   []string
	}{
		"an unknown member":                   {clusterMembers, "nothing", []string{"nothing"}},
		"two of them, beside a known one":     {clusterMembers, "a,name,b", []string{"a", "b"}},
		"an empty name":                       {clusterMembers, "name,,id", []string{""}},
		"only a comma":                        {clusterMembers, ",", []string{"", ""}},
		"a member of a string":                {clusterMembers, "name.x", []string{"name.x"}},
		"a dot at the end":                    {clusterMembers, "name.,spec.,labels.,status.", []string{"name.", "spec.", "labels.", "status."}},
		"a condition":                         {clusterMembers, "status.conditions.Ready", []string{"status.conditions.Ready"}},
		"another member of the status":        {clusterMembers, "status.phase", []string{"status.phase"}},
		"an owner, of a cluster":              {clusterMembers, "owner_references.id", []string{"owner_references.id"}},
		"another member of the owner":         {nodePoolMembers, "owner_references.name", []string{"owner_references.name"}},
		"capitals":                            {clusterMembers, "Name", []string{"Name"}},
		"an item of a list":                   {clusterMembers, "spec.a[0]", []string{"spec.a[0]"}},
		"an empty key in the spec":            {clusterMembers, "spec.a..b", []string{"spec.a..b"}},
		"a search's field that is no member":  {nodePoolMembers, "owner_id", []string{"owner_id"}},
		"a report's member that is not shown": {statusMembers, "data", []string{"data"}},
		"a cluster's member, of a report":     {statusMembers, "id", []string{"id"}},
		"a long one, clipped":                 {clusterMembers, strings.Repeat("ä", 100), []string{strings.Repeat("ä", 64) + "…"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := parseFields(c.known, query(t, "fields="+c.fields))
			var got []string
			for _, fault := range faults {
				if fault.Field != "fields" || fault.Constraint != "unknown" {
					t.Errorf("got field %s, constraint %s", fault.Field, fault.Constraint)
				}
				got = append(got, fault.Value.(string))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFieldsOfStatusesAlwaysShowTheAdapter(t *testing.T) {
	projection, faults := parseFields(statusMembers, query(t, "fields=created_time"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	const status = `{"adapter":"dns","observed_generation":1,"conditions":[],"data":{},"created_time":"t","last_report_time":"u"}`
	if got, want := string(projection.of([]byte(status))), `{"adapter":"dns","created_time":"t"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMembersAreThoseOfAnswers holds that fields knows the members that answers have, and no others.
func TestMembersAreThoseOfAnswers(t *testing.T) {
	for kind, known := range map[string]members{fleetv1.KindCluster: clusterMembers, fleetv1.KindNodePool: nodePoolMembers} {
		names := map[string]bool{}
		for _, record := range []recordOption{nil, deleting} {
			var shown map[string]json.RawMessage
			if err := json.Unmarshal(encoded(sampleRecord(kind, record)), &shown); err != nil {
				t.Fatal(err)
			}
			for name := range shown {
				names[name] = true
			}
		}
		for name := range names {
			if _, ok := known.names[name]; !ok {
				t.Errorf("%s: %s is shown, and fields does not know it", kind, name)
			}
		}
		for name := range known.names {
			if !names[name] {
				t.Errorf("%s: fields knows %s, which is never shown", kind, name)
			}
		}
	}
}

// FuzzProjection finds objects of which a projection does not show what encoding/json would, and texts that make it panic.
func FuzzProjection(f *testing.F) {
	f.Add(whole, "name,spec.a.b,labels.environment")
	f.Add(`{"spec":{"a":[{"b":1}],"b":{"c":"\\\""}},"id":""}`, "spec.b.c,spec.a")
	f.Add(`{"id":1,"spec":{"\u0061":{}}}`, "spec.a.b,spec.a")
	f.Add(`{"id`, "name")
	f.Fuzz(func(t *testing.T, object, fields string) {
		projection, faults := parseFields(nodePoolMembers, map[string][]string{"fields": {fields}})
		if len(faults) > 0 || projection == nil {
			return
		}
		part := projection.of([]byte(object))
		var decoded map[string]any
		if json.Unmarshal([]byte(object), &decoded) != nil || hasTwins(object) {
			return
		}
		var got map[string]any
		if err := json.Unmarshal(part, &got); err != nil {
			t.Fatalf("%s of %s: %s is no JSON: %v", fields, object, part, err)
		}
		if diff := cmp.Diff(projected(projection, decoded), got); diff != "" {
			t.Fatalf("%s of %s (-want +got):\n%s", fields, object, diff)
		}
	})
}

// projected is what a projection must show, on decoded JSON.
func projected(p projection, object map[string]any) map[string]any {
	part := map[string]any{}
	for name, below := range p {
		value, there := object[name]
		if !there {
			continue
		}
		if below == nil {
			part[name] = value
		} else if nested, ok := value.(map[string]any); ok {
			if shown := projected(below, nested); len(shown) > 0 {
				part[name] = shown
			}
		}
	}
	return part
}

// hasTwins tells whether a key stands twice in one object, which the API server does not store.
func hasTwins(text string) bool {
	twins := false
	var walk func([]byte)
	walk = func(value []byte) {
		seen := map[string]bool{}
		member.Each(value, func(name, _, value []byte) bool {
			twins = twins || seen[string(name)]
			seen[string(name)] = true
			walk(value)
			return true
		})
	}
	walk([]byte(text))
	return twins
}
