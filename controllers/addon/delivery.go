package addon

import (
	"cmp"
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

// place is where the Flux objects of an add-on are written and found: on the management cluster or on the tenant cluster. What
// is desired is rendered for a place; all else that a phase does is the same in both.
type place struct {
	// delivery is the kind of place.
	delivery fleetv1.Delivery
	// namespace is where the objects are.
	namespace string
	// client writes, and reads from a cache where there is one.
	client client.Client
	// live reads past any cache.
	live client.Reader
	// owns tells whether an object was rendered for an Addon, and not for an earlier one of the same name.
	owns func(addon *fleetv1.Addon, object client.Object) bool
}

// hub is the place of add-ons that Flux on the management cluster installs: beside the Addon, which owns them.
func (r *Reconciler) hub(addon *fleetv1.Addon) place {
	return place{delivery: fleetv1.DeliveryHub, namespace: addon.Namespace, client: r.Client, live: r.APIReader, owns: ownedOnHub}
}

func ownedOnHub(addon *fleetv1.Addon, object client.Object) bool {
	return metav1.IsControlledBy(object, addon) && object.GetLabels()[fleetv1.LabelAddon] == addon.Name
}

// gatherPlace finds where the objects belong.
func (r *Reconciler) gatherPlace(ctx context.Context, s *scope) error {
	platform, err := r.platformOf(ctx, s.cluster)
	if err != nil {
		return err
	}
	wanted := cmp.Or(s.cluster.Spec.AddonDelivery, platform.Spec.AddonDelivery, fleetv1.DeliveryHub)
	s.poll = wanted == fleetv1.DeliveryTenant
	s.place, err = r.place(s.addon, wanted, s.kubeconfig)
	return err
}

// place is where the objects of an Addon are for a kind of delivery.
func (r *Reconciler) place(addon *fleetv1.Addon, delivery fleetv1.Delivery, kubeconfig *remote.Kubeconfig) (place, error) {
	if delivery == fleetv1.DeliveryTenant {
		return r.tenant(addon, kubeconfig)
	}
	return r.hub(addon), nil
}

// recorded is where the objects of an Addon are according to its status. An Addon that says nothing has them on the hub, if it
// has any: before anything is written elsewhere, that is recorded.
func recorded(addon *fleetv1.Addon) fleetv1.Delivery {
	return cmp.Or(addon.Status.Delivery, fleetv1.DeliveryHub)
}

// recordedPlace is the place that the status names. It does not ask whether the Cluster is ready for anything new.
func (r *Reconciler) recordedPlace(ctx context.Context, addon *fleetv1.Addon) (place, error) {
	if recorded(addon) == fleetv1.DeliveryHub {
		return r.hub(addon), nil
	}
	return r.tenantByName(ctx, addon)
}

// key is the key of an object of the Addon that carries its name.
func (p place) key(addon *fleetv1.Addon) client.ObjectKey {
	return client.ObjectKey{Namespace: p.namespace, Name: addon.Name}
}

// reader reads objects of a kind: Secrets past the cache, which does not hold them.
func (p place) reader(kind string) client.Reader {
	if kind == "Secret" {
		return p.live
	}
	return p.client
}

// find reads the object that a rendered one stands for, as the type that the cache watches; nil if there is none.
func (p place) find(ctx context.Context, desired *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	typed, err := p.client.Scheme().New(desired.GroupVersionKind())
	if err != nil {
		return nil, fmt.Errorf("making a %s: %w", desired.GetKind(), err)
	}
	object, ok := typed.(client.Object)
	if !ok {
		return nil, fmt.Errorf("a %s is no object", desired.GetKind())
	}
	switch err := p.reader(desired.GetKind()).Get(ctx, client.ObjectKeyFromObject(desired), object); {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	found := &unstructured.Unstructured{Object: content}
	found.SetGroupVersionKind(desired.GroupVersionKind())
	return found, nil
}

// apply applies one object. Only what is ours already is forced: where somebody else made an object of that name in the
// meantime, the fields conflict.
func (p place) apply(ctx context.Context, desired *unstructured.Unstructured, ours bool) (*unstructured.Unstructured, error) {
	applied := desired.DeepCopy()
	options := []client.ApplyOption{client.FieldOwner(release.FieldOwner)}
	if ours {
		options = append(options, client.ForceOwnership)
	}
	if err := p.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied), options...); err != nil {
		return nil, fmt.Errorf("applying %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	return applied, nil
}
