package installation

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// faultyField is what is wrong with faultyPlatform.
const faultyField = "spec.clusterParametersSchema"

// faultyPlatform is well-formed by its definition, and what it holds is no JSON schema, which only the webhook sees.
func faultyPlatform() *fleetv1.Platform {
	return &fleetv1.Platform{
		ObjectMeta: metav1.ObjectMeta{Name: "slipway-check"},
		Spec: fleetv1.PlatformSpec{
			RequiredAdapters:        fleetv1.RequiredAdapters{Cluster: []string{"check"}, NodePool: []string{"check"}},
			ClusterParametersSchema: &runtime.RawExtension{Raw: []byte(`{"type":"no type at all"}`)},
		},
	}
}

// webhooks is nil when the webhook refuses what only it can.
func (i *Installation) webhooks(ctx context.Context) error {
	err := i.Client.Create(ctx, faultyPlatform(), client.DryRunAll)
	switch {
	case err == nil:
		return errors.New("a Platform was taken that the webhook has to refuse; is ValidatingWebhookConfiguration slipway there?")
	case refusedByWebhook(err):
		return nil
	case apierrors.IsForbidden(err):
		return fmt.Errorf("this check needs the right to create Platforms: %w", err)
	}
	return fmt.Errorf("asking for a dry run that the webhook has to refuse: %w", err)
}

func refusedByWebhook(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return false
	}
	for _, cause := range status.Status().Details.Causes {
		if cause.Field == faultyField {
			return true
		}
	}
	return false
}
