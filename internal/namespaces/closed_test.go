package namespaces_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/slipway-dev/slipway/internal/namespaces"
)

func TestClosed(t *testing.T) {
	lacks := errors.New(`User "system:serviceaccount:slipway-system:slipway-manager" cannot get resource "secrets" in API group "" in the namespace "team-a"`)
	secrets, configMaps := schema.GroupResource{Resource: "secrets"}, schema.GroupResource{Resource: "configmaps"}
	terminating := apierrors.NewForbidden(secrets, "x", lacks)
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"no right to a Secret":              {err: apierrors.NewForbidden(secrets, "x", lacks), want: true},
		"no right to a ConfigMap":           {err: apierrors.NewForbidden(configMaps, "x", lacks), want: true},
		"no right to another resource":      {err: apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "x", lacks)},
		"a quota":                           {err: apierrors.NewForbidden(secrets, "x", errors.New("exceeded quota: count"))},
		"a namespace that is going":         {err: terminating},
		"an object that is not there":       {err: apierrors.NewNotFound(secrets, "x")},
		"no error":                          {},
		"an error that is no answer at all": {err: errors.New("forbidden")},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.err
			if err != nil {
				err = fmt.Errorf("reading: %w", err)
			}
			if got := namespaces.Closed(err); got != tc.want {
				t.Errorf("Closed(%v) = %t", err, got)
			}
		})
	}
}

func TestRemedy(t *testing.T) {
	for name, tc := range map[string]struct{ user, want string }{
		"a service account": {"system:serviceaccount:fleet:manager", "--clusterrole=the-role --serviceaccount=fleet:manager"},
		"another user":      {"somebody@example.com", "--clusterrole=the-role --user=somebody@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			err := apierrors.NewForbidden(schema.GroupResource{Resource: "secrets"}, "x", fmt.Errorf("User %q cannot get resource \"secrets\"", tc.user))
			got := namespaces.Remedy(err, "team-a", "the-role")
			if !strings.HasSuffix(got, tc.want) || !strings.Contains(got, "--namespace=team-a") {
				t.Errorf("Remedy = %q", got)
			}
		})
	}
}
