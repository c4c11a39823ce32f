package addon

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

// upToDate tells whether an object that is ours has everything that was rendered. Its owner was compared before.
func upToDate(found, desired *unstructured.Unstructured) bool {
	for key, value := range desired.Object {
		if key != "metadata" && !holds(found.Object[key], value) {
			return false
		}
	}
	// A key of ours that is not rendered any more is a secret that has no business there.
	if have, want := data(found), data(desired); len(have) != len(want) {
		return false
	}
	return holds(labels(found.GetLabels()), labels(desired.GetLabels())) &&
		holds(labels(found.GetAnnotations()), labels(desired.GetAnnotations()))
}

func labels(m map[string]string) any {
	values := make(map[string]any, len(m))
	for key, value := range m {
		values[key] = value
	}
	return values
}

// holds tells whether everything that is desired is there. What others added beside it is theirs.
func holds(found, desired any) bool {
	switch want := desired.(type) {
	case map[string]any:
		have, ok := found.(map[string]any)
		if !ok {
			return len(want) == 0 && found == nil
		}
		for key, value := range want {
			if !holds(have[key], value) {
				return false
			}
		}
		return true
	case []any:
		have, ok := found.([]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for i := range want {
			if !holds(have[i], want[i]) {
				return false
			}
		}
		return true
	case bool:
		// Types leave false out when they are written.
		have, ok := found.(bool)
		return ok && have == want || !ok && found == nil && !want
	default:
		return found == desired
	}
}

// data returns the entries of a Secret.
func data(object *unstructured.Unstructured) map[string]any {
	entries, _ := object.Object["data"].(map[string]any)
	return entries
}
