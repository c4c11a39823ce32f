package addon

import (
	"context"
	"fmt"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
)

// suspend holds a suspended add-on, after it told Flux to leave the release alone.
func (r *Reconciler) suspend(ctx context.Context, s *scope) error {
	if !s.addon.Spec.Suspend {
		return nil
	}
	s.poll = recorded(s.addon) == fleetv1.DeliveryTenant // it may not answer
	at, err := r.recordedPlace(ctx, s.addon)
	if err != nil {
		return err
	}
	hr, err := at.helmRelease(ctx, s.addon, at.client)
	if err != nil {
		return err
	}
	ready := metav1.ConditionFalse
	if hr != nil {
		ready = metav1.ConditionUnknown
		if err := at.setSuspend(ctx, hr, true); err != nil {
			return err
		}
	}
	s.poll = false
	return &hold{reason: fleetv1.ReasonSuspended, message: "spec.suspend is set: changes wait until it is not", ready: ready}
}

// setSuspend tells Flux to leave a release alone, or not to.
func (p place) setSuspend(ctx context.Context, hr *helmv2.HelmRelease, suspend bool) error {
	if hr.Spec.Suspend == suspend {
		return nil
	}
	before := hr.DeepCopy()
	hr.Spec.Suspend = suspend
	if err := p.client.Patch(ctx, hr, client.MergeFrom(before), client.FieldOwner(release.FieldOwner)); err != nil {
		return fmt.Errorf("setting spec.suspend of HelmRelease %s: %w", hr.Name, err)
	}
	return nil
}
