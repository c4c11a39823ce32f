package hyperfleet

import (
	"errors"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// query reads the query of a URL.
func query(t *testing.T, text string) url.Values {
	t.Helper()
	values, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestPaging(t *testing.T) {
	for name, c := range map[string]struct {
		query              string
		page, size, offset int
	}{
		"nothing":                          {"", 1, 100, 0},
		"the published example":            {"page=1&pageSize=10", 1, 10, 0},
		"the newer name":                   {"page=3&size=20", 3, 20, 40},
		"the smallest":                     {"page=1&size=1", 1, 1, 0},
		"the largest":                      {"page=2147483647&pageSize=65500", 2147483647, 1000, 2147483646000},
		"1000 is served as it is":          {"page=2&size=1000", 2, 1000, 1000},
		"1001 works as 1000":               {"page=3&pageSize=1001", 3, 1000, 2000},
		"both names, the older counts":     {"size=7&pageSize=5&page=2", 2, 5, 5},
		"both names, the newer is no size": {"size=many&pageSize=5", 1, 5, 0},
		"of a repeated one the first":      {"page=2&page=x&size=3&size=0", 2, 3, 3},
		"leading zeros":                    {"page=007&size=010", 7, 10, 60},
		"other parameters":                 {"limit=5&offset=x&PAGE=9", 1, 100, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parsePaging(clusterMembers, query(t, c.query))
			if err != nil {
				t.Fatal(err)
			}
			if got.page != c.page || got.size != c.size || got.offset() != c.offset {
				t.Errorf("got page %d of %d from %d, want %d of %d from %d", got.page, got.size, got.offset(), c.page, c.size, c.offset)
			}
		})
	}
}

func TestPagingRefuses(t *testing.T) {
	type broken map[string]string
	for text, want := range map[string]broken{
		"page=0":                       {"page": "minimum"},
		"page=-1":                      {"page": "minimum"},
		"page=-99999999999999999999":   {"page": "minimum"},
		"page=2147483648":              {"page": "maximum"},
		"page=99999999999999999999":    {"page": "maximum"},
		"page=":                        {"page": "type"},
		"page=one":                     {"page": "type"},
		"page=1.0":                     {"page": "type"},
		"page=1e3":                     {"page": "type"},
		"page=%2B1":                    {"page": "type"},
		"page=-":                       {"page": "type"},
		"page=--1":                     {"page": "type"},
		"page=%201":                    {"page": "type"},
		"page=٣":                       {"page": "type"},
		"pageSize=0":                   {"pageSize": "minimum"},
		"pageSize=65501":               {"pageSize": "maximum"},
		"pageSize=x&size=5":            {"pageSize": "type"},
		"size=0":                       {"size": "minimum"},
		"size=65501":                   {"size": "maximum"},
		"size=true":                    {"size": "type"},
		"page=x&size=0&fields=nothing": {"page": "type", "size": "minimum", "fields": "unknown"},
		"page=0&pageSize=65501&fields=id,name,x.y.": {"page": "minimum", "pageSize": "maximum", "fields": "unknown"},
	} {
		_, err := parsePaging(clusterMembers, query(t, text))
		faults, ok := errors.AsType[invalidFields](err)
		if !ok {
			t.Errorf("%s: got %v, want invalid fields", text, err)
			continue
		}
		got := broken{}
		for _, fault := range faults {
			got[fault.Field] = fault.Constraint
		}
		if diff := cmp.Diff(want, got); diff != "" || len(faults) != len(want) {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
