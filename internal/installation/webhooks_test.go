package installation

import (
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestRefusedByWebhook(t *testing.T) {
	platform := schema.GroupKind{Group: "fleet.slipway.dev", Kind: "Platform"}
	invalid := func(path *field.Path) error {
		return apierrors.NewInvalid(platform, "slipway-check", field.ErrorList{field.Invalid(path, nil, "no schema")})
	}
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"the webhook names the schema":                     {err: invalid(field.NewPath("spec", "clusterParametersSchema")), want: true},
		"another field is not what the webhook looks at":   {err: invalid(field.NewPath("spec", "requiredAdapters"))},
		"a webhook that does not answer refuses nothing":   {err: apierrors.NewInternalError(errors.New("failed calling webhook"))},
		"who may not create Platforms never got that far":  {err: apierrors.NewForbidden(schema.GroupResource{}, "", errors.New("no"))},
		"what is no answer of the API server says nothing": {err: errors.New("connection refused")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusedByWebhook(tc.err); got != tc.want {
				t.Errorf("refusedByWebhook = %t, want %t", got, tc.want)
			}
		})
	}
}
