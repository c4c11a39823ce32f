package verb_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// times is a list of one text, many times; letters are not separated.
func times(n int, text string) string {
	separator := ","
	if len(text) == 1 {
		separator = ""
	}
	return strings.Join(many(n, text), separator)
}

func many[T any](n int, one T) []T { return slices.Repeat([]T{one}, n) }

func TestRemoval(t *testing.T) {
	fleet := &hub.Fleet{Cluster: &hub.Record{Name: "test-k8s", ID: clusterID}, Pools: []*hub.Record{
		{Name: "default-worker", ID: "018b06c5-1293-4081-8242-167a1cb9f262"}, {Name: "added", ID: addedID}}}
	for name, tc := range map[string]struct {
		group string
		want  types.UID
		told  []string
	}{
		"by name":                 {group: "added", want: addedID},
		"by id":                   {group: addedID, want: addedID},
		"by id in another form":   {group: strings.ToUpper(strings.ReplaceAll(addedID, "-", "")), want: addedID},
		"default-worker":          {group: "default-worker", told: []string{"400 Node group default-worker cannot be deleted. It goes with its cluster."}},
		"default-worker by id":    {group: "018b06c5-1293-4081-8242-167a1cb9f262", told: []string{"400 Node group default-worker cannot be deleted. It goes with its cluster."}},
		"the control plane":       {group: "default-master", told: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."}},
		"the control plane by id": {group: masterID, told: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."}},
		"an unknown one":          {group: "nothing", told: []string{"404 Nodegroup nothing could not be found."}},
		"an unknown id":           {group: clusterID, told: []string{"404 Nodegroup " + clusterID + " could not be found."}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := verb.Removal(fleet, tc.group)
			if diff := cmp.Diff(tc.told, told(t, err)); diff != "" || got.ID != tc.want {
				t.Errorf("got %q, want %q; faults (-want +got):\n%s", got.ID, tc.want, diff)
			}
			if err == nil && (got.Kind != fleetv1.KindNodePool || got.Cluster == nil || got.Cluster.ID != clusterID) {
				t.Errorf("got %+v, want a node pool of the cluster", got)
			}
		})
	}
}

func TestRef(t *testing.T) {
	for name, tc := range map[string]struct {
		segment, id string
	}{
		"a UUID":                     {addedID, addedID},
		"in upper case":              {strings.ToUpper(addedID), addedID},
		"without hyphens":            {strings.ReplaceAll(addedID, "-", ""), addedID},
		"with its hyphens elsewhere": {"a3366f2fa-1f3-45ef-8390-10536e8060ff", ""},
		"with letters that are none": {"a3366f2f-a1f3-45ef-8390-10536e8060fg", ""},
		"one digit short":            {"a3366f2fa1f345ef839010536e8060f", ""},
		"a name":                     {"default-worker", ""},
		"a name of as many letters":  {"this-is-a-name-of-thirty-six-letters", ""},
		"nothing":                    {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			want := hub.Ref{Kind: fleetv1.KindNodePool, ID: types.UID(tc.id)}
			if tc.id == "" {
				want.Name = tc.segment
			}
			if diff := cmp.Diff(want, verb.Ref(fleetv1.KindNodePool, tc.segment)); diff != "" {
				t.Errorf("ref (-want +got):\n%s", diff)
			}
		})
	}
}

func TestControlPlaneID(t *testing.T) {
	if got := verb.ControlPlaneID(clusterID); got != masterID {
		t.Errorf("got %s, want %s", got, masterID)
	}
	if got := verb.ControlPlaneID("no UUID"); got != "" {
		t.Errorf("got %s of what is no UUID", got)
	}
}
