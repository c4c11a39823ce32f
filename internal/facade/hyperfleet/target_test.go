package hyperfleet

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestSegments(t *testing.T) {
	for segment, want := range map[string]hub.Ref{
		clusterID:                                       {ID: clusterUID},
		poolID:                                          {ID: poolUID},
		string(clusterUID):                              {ID: clusterUID},
		"2" + strings.Repeat("0", 25):                   {ID: "00000000-0000-0000-0000-000000000000"},
		"2f5lxx1zz5pnorynqglhzmsp33":                    {ID: "ffffffff-ffff-ffff-ffff-ffffffffffff"},
		"2f5lxx1zz5pnorynqglhzmsp34":                    {ID: "2f5lxx1zz5pnorynqglhzmsp34"},
		"2" + strings.Repeat("z", 25):                   {ID: types.UID("2" + strings.Repeat("z", 25))},
		"my-cluster":                                    {Name: "my-cluster"},
		"2" + strings.Repeat("0", 24):                   {Name: "2" + strings.Repeat("0", 24)},
		"1" + strings.Repeat("0", 25):                   {Name: "1" + strings.Repeat("0", 25)},
		strings.ToUpper(clusterID):                      {Name: strings.ToUpper(clusterID)},
		strings.ToUpper(string(clusterUID)):             {Name: strings.ToUpper(string(clusterUID))},
		strings.ReplaceAll(string(clusterUID), "-", ""): {Name: "3f0a9c1e5b7d4e219a640c8d2f71b5e3"},
	} {
		want.Kind = fleetv1.KindCluster
		if diff := cmp.Diff(want, refOf(fleetv1.KindCluster, segment)); diff != "" {
			t.Errorf("%s -want +got:\n%s", segment, diff)
		}
	}
}

func TestIDsAndUUIDsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		uid := rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(t, "uid")
		id := shownID(types.UID(uid))
		back, ok := uidOf(id)
		if !ok || string(back) != uid {
			t.Fatalf("%s became %s and then %s", uid, id, back)
		}
	})
}

func TestPathsNameObjects(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		want      hub.Ref
		unknown   bool
	}{
		"a cluster": {variables: map[string]string{varCluster: "c"}, want: hub.Ref{Kind: fleetv1.KindCluster, Name: "c"}},
		"a node pool of a cluster": {variables: map[string]string{varCluster: "c", varNodePool: "p"},
			want: hub.Ref{Kind: fleetv1.KindNodePool, Name: "p", Cluster: &hub.Ref{Kind: fleetv1.KindCluster, Name: "c"}}},
		"a node pool by id":   {variables: map[string]string{varNodePool: poolID}, want: hub.Ref{Kind: fleetv1.KindNodePool, ID: poolUID}},
		"a node pool by name": {variables: map[string]string{varNodePool: "p"}, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := targetOf(test.variables)
			if unknown := hub.ReasonOf(err) == hub.NotFound; unknown != test.unknown {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestIfMatch(t *testing.T) {
	for header, want := range map[string][]string{
		`"42"`:         {"42"},
		`"1", "42"`:    {"1", "42"},
		`"1","42" ,`:   {"1", "42"},
		`W/"42"`:       {},
		`W/"41", "42"`: {"42"},
		`*`:            nil,
		` * `:          nil,
		`"1", *`:       nil,
		`42`:           {},
		`42, "43"`:     {"43"},
		``:             {},
		`"42`:          {},
		`"a,b"`:        {"a,b"},
		`"*"`:          {"*"},
		`""`:           {""},
	} {
		got := ifMatch(http.Header{"If-Match": {header}})
		if diff := cmp.Diff(want, got.ResourceVersions); diff != "" {
			t.Errorf("%s -want +got:\n%s", header, diff)
		}
	}
	if ifMatch(http.Header{}).ResourceVersions != nil {
		t.Error("without the header any version matches")
	}
	if got := ifMatch(http.Header{"If-Match": {`"1"`, `"2"`}}).ResourceVersions; len(got) != 2 {
		t.Errorf("of two lines %v was read", got)
	}
}

func TestEqualJSONIsEqual(t *testing.T) {
	groups := [][]string{
		{`{"a":1,"b":[true,null]}`, `{ "b" : [ true, null ], "a" : 1.0 }`, `{"b":[true,null],"a":10e-1}`},
		{`{"a":0}`, `{"a":-0}`, `{"a":0.00e5}`},
		{`{"a":120}`, `{"a":1.2e2}`, `{"a":1.20E+2}`, `{"a":12e1}`},
		{`{"a":"é"}`, `{"a":"\u00e9"}`},
		{`{"a":-1.5}`, `{"a":-15e-1}`},
		{`{"a":"1"}`}, {`{"a":null}`}, {`{}`}, {`{"a":[]}`}, {`{"a":{}}`}, {`{"a":12345678901234567890}`}, {`{"a":12345678901234567891}`},
	}
	seen := map[string]int{}
	for i, group := range groups {
		for _, text := range group {
			body, ok := read(text)
			if !ok {
				t.Fatalf("%s is no body", text)
			}
			key := string(canonical(body.Object))
			if group, known := seen[key]; known && group != i {
				t.Errorf("%s is taken for one of %v", text, groups[group])
			}
			if _, known := seen[key]; !known && len(group) > 1 && text != group[0] {
				t.Errorf("%s is not taken for %s", text, group[0])
			}
			seen[key] = i
		}
	}
}
