package outcome_test

import (
	"errors"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/slipway-dev/slipway/internal/outcome"
)

func TestOf(t *testing.T) {
	resource := schema.GroupResource{Group: "fleet.slipway.dev", Resource: "clusters"}
	terminating := apierrors.NewForbidden(resource, "x", errors.New("because it is being terminated"))
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	for name, tc := range map[string]struct {
		err    error
		again  bool
		failed bool
	}{
		"no error is the end":                               {},
		"a conflict is repeated quietly":                    {err: apierrors.NewConflict(resource, "x", errors.New("changed")), again: true},
		"a creation that came second is repeated":           {err: apierrors.NewAlreadyExists(resource, "x"), again: true},
		"an object that is gone needs nothing":              {err: apierrors.NewNotFound(resource, "x")},
		"a terminating namespace needs nothing":             {err: terminating},
		"a refusal for lack of rights is an error":          {err: apierrors.NewForbidden(resource, "x", errors.New("no")), failed: true},
		"anything else is an error for the queue's backoff": {err: errors.New("boom"), failed: true},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.err
			if err != nil {
				err = fmt.Errorf("patching: %w", err)
			}
			result, got := outcome.Of(err)
			if (got != nil) != tc.failed || (result.RequeueAfter > 0) != tc.again {
				t.Errorf("Of(%v) = %v, %v; want again %t, failed %t", err, result, got, tc.again, tc.failed)
			}
		})
	}
}
