package hyperfleet

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// letterUID is a UID that sorts like the letter.
func letterUID(letter string) types.UID {
	return types.UID("00000000-0000-0000-0000-0000000000" + strings.ToLower(letter) + "0")
}

func TestLists(t *testing.T) {
	got, err := parseList(fleetv1.KindNodePool, query(t, "page=3&size=20&search=name='x'&orderBy=name&fields=name&unknown=1&timeout=5s"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Kind != fleetv1.KindNodePool || got.Page != 3 || got.Offset != 40 || got.Limit != 20 || got.Compare == nil || got.Cluster != nil {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff(hub.Filter(hub.NameIs("x")), got.Filter); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(projection{"id": nil, "name": nil}, got.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	all, err := parseList(fleetv1.KindCluster, nil)
	if err != nil || all.Filter != nil || all.Compare != nil || all.Fields != nil || all.Limit != 100 || all.Offset != 0 || all.Page != 1 {
		t.Errorf("without parameters: got %+v, %v", all, err)
	}
}

func TestListsRefuse(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  error
	}{
		"paging before all else": {"page=0&search=x&orderBy=x", invalidFields{{Field: "page", Constraint: "minimum", Message: "must be at least 1", Value: "0"}}},
		"an order":               {"orderBy=x", badRequest("orderBy: item 1 is no field that can be sorted by.")},
		"a search":               {"search=x", badRequest("search: position 2: expected a comparison, found the end.")},
		"fields":                 {"fields=x", invalidFields{{Field: "fields", Constraint: "unknown", Message: "no such member: x", Value: "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseList(fleetv1.KindCluster, query(t, c.query))
			if diff := cmp.Diff(c.want, err); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWatches(t *testing.T) {
	got, err := parseWatch(fleetv1.KindCluster, query(t, "watch=true&resourceVersion=42&search=name='x'&fields=name&resourceVersion=x"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Kind != fleetv1.KindCluster || got.ResourceVersion != "42" || got.Filter == nil || got.Fields == nil {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"watch=true", "watch=true&resourceVersion=0", "watch=true&resourceVersion=", "watch=true&resourceVersion=18446744073709551615"} {
		if _, err := parseWatch(fleetv1.KindCluster, query(t, text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWatchesRefuse(t *testing.T) {
	for _, text := range []string{
		"page=1", "pageSize=10", "size=10", "orderBy=name", "order=asc", "page=", "order=",
		"resourceVersion=x", "resourceVersion=-1", "resourceVersion=1.5", "resourceVersion=1%20", "search=x",
	} {
		_, err := parseWatch(fleetv1.KindCluster, query(t, "watch=true&"+text))
		if _, ok := errors.AsType[badRequest](err); !ok {
			t.Errorf("%s: got %v, want a bad request", text, err)
		}
	}
	_, err := parseWatch(fleetv1.KindCluster, query(t, "watch=true&fields=x"))
	if _, ok := errors.AsType[invalidFields](err); !ok {
		t.Errorf("fields=x: got %v, want invalid fields", err)
	}
}
