package addon

import (
	"context"
	"errors"
	"fmt"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/release"
)

// uninstallation is how far the uninstallation of a release has come.
type uninstallation struct {
	// done tells that nothing is left.
	done bool
	// failure says why it does not go on, in words for a condition; empty for no known reason.
	failure string
	// refused tells that Flux tried and could not, other than for want of a connection. It goes on trying.
	refused bool
	// places are those that can be reached and may still hold something. Flux uninstalls at the first.
	places []place
}

// uninstall has Flux uninstall the release and removes what else was written for it. It reads past the cache, which may not know
// of a HelmRelease that was just made.
func (r *Reconciler) uninstall(ctx context.Context, addon *fleetv1.Addon) (uninstallation, error) {
	places, err := r.deletionPlaces(ctx, addon)
	u := uninstallation{places: places}
	if err == nil {
		err = r.uninstallFrom(ctx, addon, &u)
	}
	err = unlessClosed(addon, err)
	var held *hold
	if errors.As(err, &held) {
		u.failure, err = held.message, nil
	}
	return u, err
}

// deletionPlaces are the places that may hold objects of the Addon, the one whose HelmRelease knows the release first: the old
// one, while a move is under way and its HelmRelease is there. With a hold, those that can be reached.
func (r *Reconciler) deletionPlaces(ctx context.Context, addon *fleetv1.Addon) ([]place, error) {
	at, movedFrom := recorded(addon), addon.Status.MovedFrom
	var places []place
	if at == fleetv1.DeliveryHub || movedFrom == fleetv1.DeliveryHub {
		places = append(places, r.hub(addon))
	}
	if at == fleetv1.DeliveryTenant || movedFrom == fleetv1.DeliveryTenant {
		there, err := r.tenantByName(ctx, addon)
		if err != nil {
			return places, err
		}
		places = append(places, there)
	}
	if len(places) < 2 {
		return places, nil
	}
	old, next := places[0], places[1]
	if movedFrom == fleetv1.DeliveryTenant {
		old, next = next, old
	}
	hr, err := old.remaining(ctx, addon)
	if err != nil {
		return places, err
	}
	if hr != nil {
		return []place{old, next}, nil
	}
	return []place{next, old}, nil
}

// uninstallFrom does so, given the places.
func (r *Reconciler) uninstallFrom(ctx context.Context, addon *fleetv1.Addon, u *uninstallation) error {
	for _, other := range u.places[1:] {
		if err := other.forsake(ctx, addon); err != nil {
			return err
		}
	}
	at := u.places[0]
	hr, err := at.remaining(ctx, addon)
	if err != nil {
		return err
	}
	if hr != nil {
		if hr, err = r.uninstallRelease(ctx, addon, at, hr); err != nil {
			return err
		}
	}
	if hr != nil {
		if said := uninstallFailure(hr); said != "" {
			u.failure, u.refused = "Flux says: "+said, !release.ConnectionLost(said)
		}
		return nil
	}
	u.done = true
	if at.delivery == fleetv1.DeliveryHub {
		return nil // what is left goes with its owner
	}
	return at.clear(ctx, addon)
}

// uninstallRelease deletes a HelmRelease and returns what is left of it: nil once it is gone.
func (r *Reconciler) uninstallRelease(ctx context.Context, addon *fleetv1.Addon, at place, hr *helmv2.HelmRelease) (*helmv2.HelmRelease, error) {
	// Flux does not uninstall a suspended release, it only lets it go.
	if err := at.setSuspend(ctx, hr, false); err != nil {
		return nil, err
	}
	if !hr.DeletionTimestamp.IsZero() {
		return hr, nil
	}
	if err := at.delete(ctx, hr); err != nil {
		return nil, err
	}
	if err := r.publish(ctx, addon, uninstalling(addon)); err != nil {
		return nil, err
	}
	return at.remaining(ctx, addon)
}

// giveUp leaves the release where it is and removes what can be reached of what was written for it.
func (r *Reconciler) giveUp(ctx context.Context, addon *fleetv1.Addon, u uninstallation) error {
	abandonedTotal.Inc()
	for _, at := range u.places {
		remove := at.forsake
		if at.delivery == fleetv1.DeliveryHub {
			remove = at.orphan // what else there is goes with its owner
		}
		var held *hold
		if err := remove(ctx, addon); err != nil && !errors.As(err, &held) {
			return err
		}
	}
	return nil
}

// remaining returns the HelmRelease of an Addon, read past the cache: nil if there is none, or none of ours.
func (p place) remaining(ctx context.Context, addon *fleetv1.Addon) (*helmv2.HelmRelease, error) {
	return p.helmRelease(ctx, addon, p.live)
}

func (p place) helmRelease(ctx context.Context, addon *fleetv1.Addon, reader client.Reader) (*helmv2.HelmRelease, error) {
	hr := &helmv2.HelmRelease{}
	switch err := reader.Get(ctx, p.key(addon), hr); {
	case apierrors.IsNotFound(err), lacksFlux(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading HelmRelease %s: %w", addon.Name, err)
	case !p.owns(addon, hr):
		return nil, nil
	}
	return hr, nil
}

// delete deletes this very object. One that is gone is no error.
func (p place) delete(ctx context.Context, object client.Object) error {
	uid := object.GetUID()
	if err := p.client.Delete(ctx, object, client.Preconditions{UID: &uid}); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting %T %s: %w", object, object.GetName(), err)
	}
	return nil
}

// forsake removes everything that was written for an Addon and leaves the release.
func (p place) forsake(ctx context.Context, addon *fleetv1.Addon) error {
	if err := p.orphan(ctx, addon); err != nil {
		return err
	}
	return p.clear(ctx, addon)
}

// orphan removes the HelmRelease but not the release, and the HelmChart that only Flux's own way out would have removed. Flux
// uninstalls nothing that is suspended; it is not waited for, as it may not be there.
func (p place) orphan(ctx context.Context, addon *fleetv1.Addon) error {
	hr, err := p.remaining(ctx, addon)
	if hr == nil || err != nil {
		return err
	}
	if hr.DeletionTimestamp.IsZero() {
		if err := p.setSuspend(ctx, hr, true); err != nil {
			return err
		}
	}
	if hr.Spec.Chart != nil {
		chart := &sourcev1.HelmChart{ObjectMeta: metav1.ObjectMeta{Namespace: hr.Namespace, Name: hr.GetHelmChartName()}}
		if err := p.client.Delete(ctx, chart); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("deleting HelmChart %s: %w", chart.Name, err)
		}
	}
	if hr.DeletionTimestamp.IsZero() {
		if err := p.delete(ctx, hr); err != nil {
			return err
		}
	}
	if hr, err = p.remaining(ctx, addon); hr == nil || err != nil {
		return err
	}
	before := hr.DeepCopy()
	if !controllerutil.RemoveFinalizer(hr, helmv2.HelmReleaseFinalizer) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := p.client.Patch(ctx, hr, patch); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("taking Flux's finalizer off HelmRelease %s: %w", hr.Name, err)
	}
	return nil
}

// clear removes the sources and Secrets that were written for an Addon.
func (p place) clear(ctx context.Context, addon *fleetv1.Addon) error {
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: p.namespace, Name: name} }
	for _, object := range []client.Object{
		&sourcev1.OCIRepository{ObjectMeta: named(addon.Name)},
		&sourcev1.HelmRepository{ObjectMeta: named(addon.Name)},
		&corev1.Secret{ObjectMeta: named(release.ValuesSecretName(addon.Name))},
		&corev1.Secret{ObjectMeta: named(release.KubeconfigSecretName(addon.Name))},
	} {
		switch err := p.live.Get(ctx, client.ObjectKeyFromObject(object), object); {
		case apierrors.IsNotFound(err), lacksFlux(err):
			continue
		case p.delivery == fleetv1.DeliveryHub && namespaces.Closed(err):
			continue // it goes with its owner
		case err != nil:
			return fmt.Errorf("reading %T %s: %w", object, object.GetName(), err)
		case !p.owns(addon, object) || !object.GetDeletionTimestamp().IsZero():
			continue
		}
		if err := p.delete(ctx, object); err != nil {
			return err
		}
	}
	return nil
}
