package params

import (
	"fmt"
	"regexp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

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

// kubeconfigSecrets ends the name of every Secret in which Slipway keeps a kubeconfig: <cluster>-kubeconfig and
// <addon>.kubeconfig.
var kubeconfigSecrets = regexp.MustCompile(`[-.]kubeconfig$`)

// CheckValuesFrom refuses references to Secrets that hold kubeconfigs: through a chart's values they would reach the tenant
// cluster, and with them whoever can read there. named are further Secrets that hold one.
func CheckValuesFrom(refs []fleetv1.ValuesReference, at string, named ...string) []Fault {
	var faults []Fault
	for i, ref := range refs {
		if ref.Kind != "Secret" {
			continue
		}
		holds := kubeconfigSecrets.MatchString(ref.Name)
		for _, name := range named {
			holds = holds || ref.Name == name
		}
		if holds {
			faults = append(faults, Fault{
				Path:    path{text: at}.index(i).key("name").text,
				Message: fmt.Sprintf("%q holds a kubeconfig and cannot be used for values; name another Secret", ref.Name),
			})
		}
	}
	return faults
}
