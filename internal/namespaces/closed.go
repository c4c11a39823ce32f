package namespaces

import (
	"errors"
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// ManagerRole is the ClusterRole that lets the manager use the Secrets and ConfigMaps of a namespace in which it is bound.
const ManagerRole = "slipway-manager-tenant"

// Closed tells whether an error of the API server says that the program lacks the right to what is in a namespace: nobody has
// bound its role there, or the binding went first when the namespace was deleted. Quotas, admission and the end of a namespace
// refuse things too, and are none of this.
func Closed(err error) bool {
	var answer apierrors.APIStatus
	if !apierrors.IsForbidden(err) || !errors.As(err, &answer) || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return false
	}
	status := answer.Status()
	if status.Details == nil || status.Details.Kind != "secrets" && status.Details.Kind != "configmaps" {
		return false
	}
	return lackOfRight.MatchString(status.Message)
}

// lackOfRight is how the API server puts it. Its answer has no field that tells a missing right from a refusal by admission.
var lackOfRight = regexp.MustCompile(`User "([^"]*)" cannot [a-z]+ resource "`)

// serviceAccount is the user name of one, in its parts.
var serviceAccount = regexp.MustCompile(`^system:serviceaccount:([^:]+):([^:]+)$`)

// Remedy says in words for a condition what an error means of which Closed is true, and which command opens the namespace.
func Remedy(err error, namespace, role string) string {
	bearer := "--user=NAME"
	if said := lackOfRight.FindStringSubmatch(err.Error()); said != nil {
		bearer = "--user=" + said[1]
		if parts := serviceAccount.FindStringSubmatch(said[1]); parts != nil {
			bearer = "--serviceaccount=" + parts[1] + ":" + parts[2]
		}
	}
	return fmt.Sprintf("namespace %s is not open to Slipway, which may not use its Secrets; whoever administers it opens it with: "+
		"kubectl create rolebinding %s --namespace=%s --clusterrole=%s %s", namespace, role, namespace, role, bearer)
}
