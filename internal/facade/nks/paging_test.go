package nks

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
)

// listed are items in the order of creation.
var listed = []item{
	{id: "a1", text: []byte(`{"name":"beta","node_count":10,"stack":null,"default":true}`)},
	{id: "a2", text: []byte(`{"name":"alpha","node_count":9,"stack":"x","default":false}`)},
	{id: "a3", alias: clusterIDText, text: []byte(`{"name":"alpha","node_count":100,"stack":"\u0041","default":false}`)},
	{id: "a4", text: []byte(`{"name":"Zeta","node_count":2,"default":true,"labels":{}}`)},
}

const clusterIDText = "5801ef8a-3760-4858-b467-fc4c1201241d"

func TestPages(t *testing.T) {
	keys := []string{"name", "node_count", "stack", "default", "labels"}
	for name, test := range map[string]struct {
		query string
		want  string
		more  bool
		fault string
	}{
		"all":                           {query: "", want: "a1 a2 a3 a4"},
		"what is unknown":               {query: "x=1&watch=true", want: "a1 a2 a3 a4"},
		"the first":                     {query: "limit=1", want: "a1", more: true},
		"as many as there are":          {query: "limit=4", want: "a1 a2 a3 a4"},
		"more than there are":           {query: "limit=1000000", want: "a1 a2 a3 a4"},
		"more than there are numbers":   {query: "limit=99999999999999999999", want: "a1 a2 a3 a4"},
		"those after one":               {query: "marker=a2", want: "a3 a4"},
		"those after another name":      {query: "marker=5801EF8A37604858B467FC4C1201241D", want: "a4"},
		"those after the last":          {query: "marker=a4", want: ""},
		"the one after one":             {query: "marker=a1&limit=1", want: "a2", more: true},
		"the last after one":            {query: "marker=a3&limit=1", want: "a4"},
		"backwards":                     {query: "sort_dir=desc", want: "a4 a3 a2 a1"},
		"by id, backwards":              {query: "sort_key=id&sort_dir=desc", want: "a4 a3 a2 a1"},
		"by text":                       {query: "sort_key=name", want: "a4 a2 a3 a1"},
		"by text, backwards":            {query: "sort_key=name&sort_dir=desc", want: "a1 a2 a3 a4"},
		"by number":                     {query: "sort_key=node_count", want: "a4 a2 a1 a3"},
		"what is null comes first":      {query: "sort_key=stack", want: "a1 a4 a3 a2"},
		"by boolean":                    {query: "sort_key=default", want: "a2 a3 a1 a4"},
		"by two keys":                   {query: "sort_key=name&sort_key=node_count&sort_dir=desc", want: "a1 a3 a2 a4"},
		"by two keys in two directions": {query: "sort_key=default&sort_key=node_count&sort_dir=asc&sort_dir=desc", want: "a3 a2 a1 a4"},
		"by what is no scalar":          {query: "sort_key=labels", want: "a1 a2 a3 a4"},
		"after one in another order":    {query: "sort_key=node_count&marker=a2&limit=1", want: "a1", more: true},

		"no number of items":      {query: "limit=0", fault: "limit. Value: '0'. Value should be an integer of at least 1."},
		"less than none":          {query: "limit=-1", fault: "limit. Value: '-1'. Value should be an integer of at least 1."},
		"an empty limit":          {query: "limit=", fault: "limit. Value: ''. Value should be an integer of at least 1."},
		"words for a limit":       {query: "limit=ten", fault: "limit. Value: 'ten'. Value should be an integer of at least 1."},
		"a limit twice":           {query: "limit=1&limit=2", fault: "limit. Value: '1'. Value is given more than once."},
		"an unknown marker":       {query: "marker=a5", fault: "marker. Value: 'a5'. Value should be the id of an item."},
		"an empty marker":         {query: "marker=", fault: "marker. Value: ''. Value should be the id of an item."},
		"an unknown key":          {query: "sort_key=x", fault: "sort_key. Value: 'x'. Value should be one of: id, name, node_count, stack, default, labels."},
		"an unknown direction":    {query: "sort_dir=up", fault: "sort_dir. Value: 'up'. Value should be one of: asc, desc."},
		"too many directions":     {query: "sort_dir=asc&sort_dir=desc", fault: "sort_dir. Value: 'asc'. There should be one, or one for each sort_key."},
		"two things that are bad": {query: "limit=0&sort_key=x", fault: "limit. Value: '0'. Value should be an integer of at least 1. Invalid input for field/attribute sort_key. Value: 'x'. Value should be one of: id, name, node_count, stack, default, labels."},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := pagingOf(httptest.NewRequest(http.MethodGet, "/v1/clusters?"+test.query, nil), keys)
			var indexes []int
			more := false
			if err == nil {
				indexes, more, err = p.page(listed)
			}
			if test.fault != "" {
				if err == nil || err.Error() != "Invalid input for field/attribute "+test.fault {
					t.Errorf("got error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range indexes {
				got = append(got, listed[i].id)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" || more != test.more {
				t.Errorf("(-want +got):\n%s more %t, want %t", diff, more, test.more)
			}
		})
	}
}

func TestQueriesThatCannotBeRead(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	for _, query := range []string{"limit=%zz", "a=1;b=2"} {
		answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/events?"+query, ""), http.StatusBadRequest, failedWith("400", "The query cannot be read."))
	}
}

// TestPagesFollowEachOther walks through a list as clients do: by the address of the next page, until there is none.
func TestPagesFollowEachOther(t *testing.T) {
	h := newFakeHub()
	for sequence := range int64(7) {
		h.operations = append(h.operations, newOperation(sequence*2+1))
	}
	handler := newServer(t, h, Options{PublicURL: "https://public.example.com"})
	for _, order := range []string{"", "&sort_dir=desc", "&sort_key=type&sort_key=id"} {
		var ids []int64
		path, pages := "/v1/clusters/test-k8s/events?limit=3&x=%26"+order, 0
		for path != "" {
			w := ask(t, handler, "GET "+path, "")
			var page struct {
				Events []event `json:"events"`
				Next   string  `json:"next"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			for _, e := range page.Events {
				ids = append(ids, e.ID)
			}
			if pages++; page.Next != "" && !strings.HasPrefix(page.Next, "https://public.example.com/v1/clusters/test-k8s/events?") {
				t.Errorf("the next page is at %s", page.Next)
			}
			path = strings.TrimPrefix(page.Next, "https://public.example.com")
		}
		want := []int64{1, 3, 5, 7, 9, 11, 13}
		if strings.Contains(order, "desc") {
			slices.Reverse(want)
		}
		if diff := cmp.Diff(want, ids); diff != "" || pages != 3 {
			t.Errorf("%q: %d pages (-want +got):\n%s", order, pages, diff)
		}
	}
}

// FuzzPaging holds that any query is answered or refused, and that pages lose nothing.
func FuzzPaging(f *testing.F) {
	f.Add("limit=2&sort_key=name&sort_dir=desc", "a2")
	f.Add("sort_key=node_count&limit=1;", "")
	f.Fuzz(func(t *testing.T, query, marker string) {
		r := httptest.NewRequest(http.MethodGet, "/v1/clusters", nil)
		r.URL.RawQuery = query
		p, err := pagingOf(r, []string{"name", "node_count"})
		if err != nil {
			if translate(t.Context(), err, &facade.Route{}).status != http.StatusBadRequest {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		if marker != "" {
			p.marker = marker
		}
		indexes, more, err := p.page(listed)
		if err == nil && p.marker == "" && (len(indexes) < len(listed)) != more {
			t.Errorf("%q: %d items and more: %t", query, len(indexes), more)
		}
	})
}
