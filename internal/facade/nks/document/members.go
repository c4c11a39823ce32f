package document

import (
	"encoding/json"
	"math"

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

// others are all members of the request as they were sent. Those that clients in typed languages know are left out where they have
// another type.
func others(sent kept.Document) map[string]any {
	made := make(map[string]any, len(sent.Members))
	for name, value := range sent.Members {
		if wanted, known := magnum[name]; known && !wanted(value.Any) {
			continue
		}
		made[name] = value.JSON
	}
	return made
}

// magnum are the types of members that Magnum has and Slipway has no use for.
var magnum = map[string]func(any) bool{
	"master_count":      isNumber,
	"discovery_url":     isString,
	"master_flavor_id":  isString,
	"master_addresses":  isStrings,
	"faults":            isStringMap,
	"labels_overridden": isStringMap,
	"labels_skipped":    isStringMap,
	"labels_added":      isStringMap,
}

func isNumber(value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return false
	}
	_, err := number.Int64()
	return err == nil
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
