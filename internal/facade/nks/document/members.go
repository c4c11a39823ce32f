package document

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
)

// sentText is a member of the request that is a text; empty if there is none.
func sentText(sent kept.Document, name string) string {
	text, _ := sent.Members[name].Any.(string)
	return text
}

// sentInteger is a member of the request that is an integer; nil if there is none. One wrong type would break whole lists for clients
// in typed languages.
func sentInteger(sent kept.Document, name string) any {
	number, ok := fields.ParseInteger(sent.Members[name].Any)
	if !ok || number < math.MinInt32 || number > math.MaxInt32 {
		return nil
	}
	return int32(number)
}

// sentBool is a member of the request that is a boolean; false if there is none.
func sentBool(sent kept.Document, name string) bool {
	truth, _ := fields.ParseBool(sent.Members[name].Any)
	return truth
}

// complete adds the members of the request that the object has not, as they were sent. Those that clients in typed languages know are
// left out where they have another type, and so are those whose name differs from one of the object's in case only: some such clients
// take the one for the other.
func complete(object map[string]any, sent kept.Document) map[string]any {
	own := slices.Collect(maps.Keys(object))
	known := slices.Concat(own, slices.Collect(maps.Keys(magnum)))
	for name, value := range sent.Members {
		is := func(other string) bool { return strings.EqualFold(name, other) }
		switch at := slices.IndexFunc(known, is); {
		case at < 0:
			object[name] = value.JSON
		case known[at] == name && magnum[name] != nil && magnum[name](value.Any) && !slices.ContainsFunc(own, is):
			object[name] = value.JSON
		}
	}
	return object
}

// magnum are the types of members that Magnum has and Slipway has no use for.
var magnum = map[string]func(any) bool{
	"master_count":      isNumber,
	"master_lb_enabled": isBool,
	"discovery_url":     isString,
	"master_flavor_id":  isString,
	"master_addresses":  isStrings,
	"faults":            isStringMap,
	"labels_overridden": isStringMap,
	"labels_skipped":    isStringMap,
	"labels_added":      isStringMap,
}

func isBool(value any) bool {
	_, ok := value.(bool)
	return ok
}

func isNumber(value any) bool {
	_, isNumber := value.(json.Number)
	number, ok := fields.ParseInteger(value)
	return isNumber && ok && number >= math.MinInt32 && number <= math.MaxInt32
}

func isString(value any) bool {
	_, ok := value.(string)
	return ok
}

func isStrings(value any) bool {
	list, ok := value.([]any)
	for _, item := range list {
		ok = ok && isString(item)
	}
	return ok
}

func isStringMap(value any) bool {
	object, ok := value.(map[string]any)
	for _, item := range object {
		ok = ok && isString(item)
	}
	return ok
}
