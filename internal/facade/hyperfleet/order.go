package hyperfleet

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// comparison orders two objects: negative if a comes first.
type comparison[T any] func(a, b T) int

// orders are the fields that a list can be sorted by. An absent value counts as the largest.
type orders[T any] map[string]comparison[T]

// recordOrders are those of clusters and node pools.
var recordOrders = orders[*hub.Record]{
	"id":           func(a, b *hub.Record) int { return cmp.Compare(a.ID, b.ID) },
	"kind":         func(a, b *hub.Record) int { return cmp.Compare(a.Kind, b.Kind) },
	"name":         func(a, b *hub.Record) int { return cmp.Compare(a.Name, b.Name) },
	"href":         func(a, b *hub.Record) int { return cmp.Compare(a.ID, b.ID) },
	"created_by":   func(a, b *hub.Record) int { return cmp.Compare(createdBy(a), createdBy(b)) },
	"updated_by":   func(a, b *hub.Record) int { return cmp.Compare(updatedBy(a), updatedBy(b)) },
	"deleted_by":   func(a, b *hub.Record) int { return compareAbsent(deletedBy, strings.Compare, a, b) },
	"generation":   func(a, b *hub.Record) int { return cmp.Compare(a.Object.Generation, b.Object.Generation) },
	"created_time": func(a, b *hub.Record) int { return createdTime(a).Compare(createdTime(b)) },
	"updated_time": func(a, b *hub.Record) int { return updatedTime(a).Compare(updatedTime(b)) },
	"deleted_time": func(a, b *hub.Record) int { return compareAbsent(deletedTime, time.Time.Compare, a, b) },
}

// statusOrders are those of adapter statuses.
var statusOrders = orders[*fleetv1.AdapterStatus]{
	"adapter": func(a, b *fleetv1.AdapterStatus) int { return cmp.Compare(a.Spec.Adapter, b.Spec.Adapter) },
	"observed_generation": func(a, b *fleetv1.AdapterStatus) int {
		return cmp.Compare(a.Report.ObservedGeneration, b.Report.ObservedGeneration)
	},
	"created_time": func(a, b *fleetv1.AdapterStatus) int {
		return firstReported(a).Compare(firstReported(b))
	},
	"last_report_time": func(a, b *fleetv1.AdapterStatus) int {
		return lastReported(a).Compare(lastReported(b))
	},
}

// compareAbsent compares values of which one may be absent: what has none comes last.
func compareAbsent[T, V any](get func(T) (V, bool), compare func(a, b V) int, a, b T) int {
	x, hasX := get(a)
	y, hasY := get(b)
	switch {
	case hasX && hasY:
		return compare(x, y)
	case hasX:
		return -1
	case hasY:
		return 1
	default:
		return 0
	}
}

// Directions.
const (
	ascending  = "asc"
	descending = "desc"
)

// parseOrder reads orderBy and order, in both forms: order is a direction for fields without one, or itself the list of fields.
// Nil is the default order. The tie-breaker is the caller's. Errors: badRequest.
func parseOrder[T any](known orders[T], values url.Values) (comparison[T], error) {
	list, name, direction := values.Get(paramOrderBy), paramOrderBy, ascending
	switch order := values.Get(paramOrder); order {
	case "":
	case ascending, descending:
		direction = order
		if list == "" {
			list = "created_time"
		}
	default:
		if list != "" {
			return nil, badRequest("order must be asc or desc where orderBy is given.")
		}
		list, name = order, paramOrder
	}
	if list == "" {
		return nil, nil
	}
	return parseOrderList(known, name, list, direction)
}

// parseOrderList reads a list of fields, each with or without a direction.
func parseOrderList[T any](known orders[T], name, list, direction string) (comparison[T], error) {
	var chain []comparison[T]
	var seen []string
	for i, item := range strings.Split(list, ",") {
		words := strings.Fields(item)
		if len(words) == 0 || len(words) > 2 {
			return nil, badRequest(fmt.Sprintf("%s: item %d must be a field, or a field and asc or desc.", name, i+1))
		}
		compare, ok := known[words[0]]
		if !ok {
			return nil, badRequest(fmt.Sprintf("%s: item %d is no field that can be sorted by.", name, i+1))
		}
		wanted := direction
		if len(words) == 2 {
			wanted = words[1]
		}
		if wanted != ascending && wanted != descending {
			return nil, badRequest(fmt.Sprintf("%s: the direction of item %d must be asc or desc.", name, i+1))
		}
		// A field that stands twice decides nothing the second time.
		if slices.Contains(seen, words[0]) {
			continue
		}
		seen = append(seen, words[0])
		if wanted == descending {
			compare = reverse(compare)
		}
		chain = append(chain, compare)
	}
	return inTurn(chain), nil
}

// reverse turns an order around.
func reverse[T any](compare comparison[T]) comparison[T] {
	return func(a, b T) int { return compare(b, a) }
}

// inTurn asks each comparison until one decides.
func inTurn[T any](chain []comparison[T]) comparison[T] {
	if len(chain) == 1 {
		return chain[0]
	}
	return func(a, b T) int {
		for _, compare := range chain {
			if order := compare(a, b); order != 0 {
				return order
			}
		}
		return 0
	}
}
