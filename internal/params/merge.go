package params

import "maps"

// Merge lays a document over another, as RFC 7386 says: objects are merged key by key, null takes a key away, and
// everything else, arrays too, replaces what was there. Neither argument is changed.
func Merge(under, over map[string]any) map[string]any { return merge(under, over, false) }

// Overlay is Merge, except that a null stays: for Helm a null value takes the chart's own default away.
func Overlay(under, over map[string]any) map[string]any { return merge(under, over, true) }

func merge(under, over map[string]any, keepNull bool) map[string]any {
	merged := maps.Clone(under)
	if merged == nil {
		merged = make(map[string]any, len(over))
	}
	for key, value := range over {
		object, isObject := value.(map[string]any)
		switch {
		case value == nil && !keepNull:
			delete(merged, key)
		case isObject:
			below, _ := merged[key].(map[string]any)
			merged[key] = merge(below, object, keepNull)
		default:
			merged[key] = value
		}
	}
	return merged
}

// clone copies a decoded document.
func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(v))
		for key, child := range v {
			copied[key] = clone(child)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, child := range v {
			copied[i] = clone(child)
		}
		return copied
	default:
		return value
	}
}
