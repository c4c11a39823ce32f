package params

import "fmt"

// remedies holds the names that must not stand at the top of params, with what to do instead. They name fields of a
// HelmRelease that decide where and as whom a release runs. Params never reach those fields; the names are refused so that
// nobody believes they did.
var remedies = map[string]string{
	"targetNamespace":    "the namespace is the template's targetNamespace",
	"storageNamespace":   "Helm keeps its records in the template's targetNamespace",
	"serviceAccountName": "the release is installed with the cluster's kubeconfig",
	"kubeConfig":         "the cluster is the one that spec.clusterName names",
	"postRenderers":      "rendered manifests cannot be changed; ask for a template version that offers the setting",
}

// Reserved returns the top-level names of params that are refused.
func Reserved(document map[string]any, at string) []Fault {
	var faults []Fault
	for name, remedy := range remedies {
		if _, given := document[name]; given {
			faults = append(faults, Fault{
				Path:    path{text: at}.key(name).text,
				Message: fmt.Sprintf("is reserved and cannot be set: %s; remove it", remedy),
			})
		}
	}
	return sorted(faults)
}
