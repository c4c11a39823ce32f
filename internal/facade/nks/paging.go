package nks

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// Query parameters.
const (
	paramLimit   = "limit"
	paramMarker  = "marker"
	paramSortKey = "sort_key"
	paramSortDir = "sort_dir"
	paramRole    = "role"
)

const (
	// servedLimit is the largest page that clients get.
	servedLimit = 1000
	// sortID is the order of creation.
	sortID = "id"
)

// paging is which part of a list is wanted, and in which order.
type paging struct {
	query url.Values
	// limit is how many items are wanted; zero for all.
	limit int
	// marker is the id of the last item that the client has; empty for none.
	marker string
	order  []sorting
}

// sorting is one key of an order.
type sorting struct {
	key        string
	descending bool
}

// queryOf reads the parameters of a request. What cannot be read is refused: ignored, it would be as if nothing was asked for.
func queryOf(r *http.Request) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, failed(http.StatusBadRequest, "The query cannot be read.")
	}
	return query, nil
}

// pagingOf reads limit, marker, sort_key and sort_dir. Keys are those that a list can be sorted by, beside the order of creation.
// Errors: *fields.Error with all that is wrong.
func pagingOf(r *http.Request, keys []string) (paging, error) {
	query, err := queryOf(r)
	if err != nil {
		return paging{}, err
	}
	p := paging{query: query, marker: query.Get(paramMarker)}
	var faults []fields.Fault
	refuse := func(name, format string, args ...any) {
		value := query.Get(name)
		faults = append(faults, fields.Fault{Status: http.StatusBadRequest, Field: name, Value: &value, Message: fmt.Sprintf(format, args...)})
	}
	for _, name := range []string{paramLimit, paramMarker} {
		if len(query[name]) > 1 {
			refuse(name, "Value is given more than once.")
		}
	}
	if query.Has(paramMarker) && p.marker == "" {
		refuse(paramMarker, "Value should be the id of an item.")
	}
	if query.Has(paramLimit) {
		limit, ok := fields.ParseInteger(query.Get(paramLimit))
		if !ok || limit < 1 {
			refuse(paramLimit, "Value should be an integer of at least 1.")
		}
		p.limit = int(min(limit, servedLimit))
	}
	sorted, wrong := orderOf(query, keys)
	if p.order = sorted; wrong != "" {
		name, message, _ := strings.Cut(wrong, ": ")
		refuse(name, "%s", message)
	}
	return p, fields.Join(faults...)
}

// orderOf reads by what a list is to be sorted. The result says what is wrong, as the name of a parameter and a sentence.
func orderOf(query url.Values, keys []string) (order []sorting, wrong string) {
	names, directions := query[paramSortKey], query[paramSortDir]
	if len(names) == 0 {
		names = []string{sortID}
	}
	if len(directions) > 1 && len(directions) != len(names) {
		return nil, paramSortDir + ": There should be one, or one for each " + paramSortKey + "."
	}
	for i, name := range names {
		if name != sortID && !slices.Contains(keys, name) {
			return nil, fmt.Sprintf("%s: Value should be one of: %s, %s.", paramSortKey, sortID, strings.Join(keys, ", "))
		}
		direction := "asc"
		switch {
		case len(directions) == 1:
			direction = directions[0]
		case len(directions) > 1:
			direction = directions[i]
		}
		if direction != "asc" && direction != "desc" {
			return nil, paramSortDir + ": Value should be one of: asc, desc."
		}
		order = append(order, sorting{key: name, descending: direction == "desc"})
	}
	return order, ""
}

// item is an item of a list.
type item struct {
	// id is what clients know it by, alias another name for the same; empty for none.
	id, alias string
	// object makes what is shown. It is called only for items that are shown, or compared with others.
	object func() any
	// text is what object made, in JSON.
	text []byte
}

// encoded is the item as it is shown.
func (i *item) encoded() []byte {
	if i.text == nil {
		i.text = reply.Encode(i.object())
	}
	return i.text
}

// page returns the indexes of the items of a page, in order, and whether more follow. Items come in the order of creation. Errors:
// *fields.Error, a marker that none has.
func (p paging) page(items []item) (indexes []int, more bool, err error) {
	indexes = make([]int, len(items))
	for i := range items {
		indexes[i] = i
	}
	p.sort(items, indexes)
	if p.marker != "" {
		wanted := p.marker
		if ref := verb.Ref("", wanted); ref.ID != "" {
			wanted = string(ref.ID)
		}
		at := slices.IndexFunc(indexes, func(i int) bool { return items[i].id == wanted || items[i].alias == wanted })
		if at < 0 {
			return nil, false, fields.Join(fields.Fault{
				Status: http.StatusBadRequest, Field: paramMarker, Value: &p.marker, Message: "Value should be the id of an item.",
			})
		}
		indexes = indexes[at+1:]
	}
	if p.limit > 0 && len(indexes) > p.limit {
		return indexes[:p.limit], true, nil
	}
	return indexes, false, nil
}

// next is where the page after the one that ends with an item is found.
func (p paging) next(base, path, last string) string {
	query := url.Values{}
	for name, values := range p.query {
		query[name] = values
	}
	query.Set(paramMarker, last)
	return base + path + "?" + query.Encode()
}
