package addon

import (
	"context"
	"fmt"
	"strings"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/release"
)

const (
	// departure begins the request by which a Flux is asked to let go of a release. The time of the request follows.
	departure = "departure/"
	// arrival begins the request with which a HelmRelease waits at the new place.
	arrival = "arrival/"
	// mover is the owner of what is written for a move and stays, other than what is rendered.
	mover = "slipway-move"
	// noDigest is the digest of no metadata.
	noDigest = "moved"
	// departureGrace is how much longer than an attempt may take a Flux that does not answer is waited for.
	departureGrace = 30 * time.Second
)

// move brings an add-on whose delivery changed from one Flux to the other without uninstalling it. Each step leaves behind
// what the next pass needs, wherever a pass ends:
//
//  1. The HelmRelease of the old place is suspended, and its Flux says that it is not at work on it.
//  2. status.delivery names the new place, status.movedFrom the old one.
//  3. The objects of the new place are written, suspended, with what Flux knows of the release.
//  4. What is left at the old place goes. Flux uninstalls nothing that is suspended.
//  5. status.movedFrom is empty. The ordinary pass takes over, and wakes the release.
//
// So the HelmRelease of at most one place is not suspended, and as long as the release exists a HelmRelease that knows it does.
func (r *Reconciler) move(ctx context.Context, s *scope) error {
	status, to := &s.addon.Status, s.place.delivery
	from := recorded(s.addon)
	if status.MovedFrom == "" && from == to {
		return nil
	}
	s.within(pollFirst)
	if from != to {
		left := from
		if status.MovedFrom == "" {
			somethingLeft, err := r.depart(ctx, s, from)
			if err != nil {
				return err
			}
			if !somethingLeft {
				left = ""
			}
		}
		// Where the delivery changed back on the way, both places may hold something: they change their parts.
		if err := r.record(ctx, s, to, left); err != nil || left == "" {
			return err
		}
	}
	return r.arrive(ctx, s)
}

// record writes down where the objects are, before any are written there. It is the lock of a move: it fails if what this pass
// knows of the Addon is not the latest.
func (r *Reconciler) record(ctx context.Context, s *scope, delivery, movedFrom fleetv1.Delivery) error {
	after := s.before.DeepCopy()
	after.Status.Delivery, after.Status.MovedFrom = delivery, movedFrom
	if _, err := conditions.PatchStatus(ctx, r.Client, s.before, after); err != nil {
		return err
	}
	r.ledger.note(after)
	s.before = after.DeepCopy()
	after.ObjectMeta.DeepCopyInto(&s.addon.ObjectMeta)
	s.addon.Status.Delivery, s.addon.Status.MovedFrom = delivery, movedFrom
	return nil
}

// depart asks the Flux of the old place to let go of the release, and tells whether there is anything to take along.
func (r *Reconciler) depart(ctx context.Context, s *scope, from fleetv1.Delivery) (bool, error) {
	old, err := r.place(s.addon, from, s.kubeconfig)
	if err != nil {
		return false, err
	}
	hr, err := old.remaining(ctx, s.addon)
	if err != nil {
		return false, err
	}
	if hr == nil {
		return false, old.clear(ctx, s.addon)
	}
	if err := old.askToDepart(ctx, hr, r.Clock.Now()); err != nil {
		return false, err
	}
	if departed(hr, r.Clock.Now()) {
		return true, nil
	}
	return false, s.moving("waiting for Flux on the %s cluster to let go of the release", where[from])
}

var where = map[fleetv1.Delivery]string{fleetv1.DeliveryHub: "management", fleetv1.DeliveryTenant: "tenant"}

// moving holds an add-on on its way. One that is installed goes on working meanwhile.
func (s *scope) moving(format string, args ...any) error {
	held := &hold{reason: fleetv1.ReasonMoving, message: fmt.Sprintf(format, args...), ready: metav1.ConditionFalse}
	if installed(s.addon) {
		held.ready = metav1.ConditionUnknown
	}
	return held
}

// askToDepart suspends a HelmRelease with a request that Flux answers.
func (p place) askToDepart(ctx context.Context, hr *helmv2.HelmRelease, now time.Time) error {
	if hr.Spec.Suspend && strings.HasPrefix(hr.Annotations[fluxmeta.ReconcileRequestAnnotation], departure) {
		return nil
	}
	before := hr.DeepCopy()
	hr.Spec.Suspend = true
	metav1.SetMetaDataAnnotation(&hr.ObjectMeta, fluxmeta.ReconcileRequestAnnotation, departure+now.UTC().Format(time.RFC3339))
	if err := p.client.Patch(ctx, hr, client.MergeFrom(before), client.FieldOwner(release.FieldOwner)); err != nil {
		return fmt.Errorf("suspending HelmRelease %s: %w", hr.Name, err)
	}
	return nil
}

// departed tells whether Flux is not at work on a release that it was asked to let go of: it answered the request, or never
// looked at the release, or does not answer although no attempt takes that long.
func departed(hr *helmv2.HelmRelease, now time.Time) bool {
	request := hr.Annotations[fluxmeta.ReconcileRequestAnnotation]
	idle := hr.Status.LastHandledReconcileAt == request || !controllerutil.ContainsFinalizer(hr, helmv2.HelmReleaseFinalizer)
	if idle && hr.DeletionTimestamp.IsZero() {
		return true
	}
	asked, err := time.Parse(time.RFC3339, strings.TrimPrefix(request, departure))
	return err != nil || now.Sub(asked) >= hr.GetTimeout().Duration+departureGrace
}

// arrive writes the objects of the new place, hands over what Flux knows of the release, and clears the old place.
func (r *Reconciler) arrive(ctx context.Context, s *scope) error {
	old, err := r.place(s.addon, s.addon.Status.MovedFrom, s.kubeconfig)
	if err != nil {
		return err
	}
	hr, err := old.remaining(ctx, s.addon)
	if err != nil {
		return err
	}
	if hr != nil {
		if err := s.finishDeparture(ctx); err != nil {
			return err
		}
		if err := r.handOver(ctx, s, hr); err != nil {
			return err
		}
	}
	if err := old.forsake(ctx, s.addon); err != nil {
		return err
	}
	return r.record(ctx, s, s.place.delivery, "")
}

// finishDeparture removes a HelmRelease that was on its way out of the new place when the delivery changed back. To wake it
// would have the release uninstalled.
func (s *scope) finishDeparture(ctx context.Context) error {
	found := s.current[s.desired.Release]
	if found == nil || found.GetDeletionTimestamp().IsZero() {
		return nil
	}
	hr, err := s.place.remaining(ctx, s.addon)
	if err != nil {
		return err
	}
	if hr != nil && !hr.Spec.Suspend {
		return s.moving("waiting for HelmRelease %s, which somebody deleted, to be gone", hr.Name)
	}
	delete(s.current, s.desired.Release)
	return s.place.orphan(ctx, s.addon)
}

// handOver writes the objects of the new place, suspended, and puts what the old HelmRelease knows of the release into the new
// one. From then on the new one can uninstall the release too.
func (r *Reconciler) handOver(ctx context.Context, s *scope, old *helmv2.HelmRelease) error {
	for _, desired := range s.desired.All() {
		as := desired.DeepCopy()
		if desired == s.desired.Release {
			if err := unstructured.SetNestedField(as.Object, true, "spec", "suspend"); err != nil {
				return fmt.Errorf("suspending the HelmRelease: %w", err)
			}
			// The ordinary pass makes the request itself. Flux answers requests also while it is suspended.
			as.SetAnnotations(map[string]string{fluxmeta.ReconcileRequestAnnotation: arrival + s.desired.Checksum})
		}
		if err := s.write(ctx, desired, as); err != nil {
			return err
		}
	}
	return s.place.inherit(ctx, s.addon, old)
}

// inherit puts what one HelmRelease knows of the release into another that knows nothing yet. The mark of no metadata has the
// other Flux upgrade the release once: what is installed is labelled as the old one's, and by the labels its workloads are found.
func (p place) inherit(ctx context.Context, addon *fleetv1.Addon, old *helmv2.HelmRelease) error {
	hr, err := p.remaining(ctx, addon)
	if err != nil || hr == nil || hr.Status.StorageNamespace != "" || old.Status.StorageNamespace == "" {
		return err
	}
	// Until Flux has put its finalizer on, a HelmRelease that is deleted would be gone without the release being uninstalled.
	before := hr.DeepCopy()
	if controllerutil.AddFinalizer(hr, helmv2.HelmReleaseFinalizer) {
		patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
		if err := p.client.Patch(ctx, hr, patch, client.FieldOwner(mover)); err != nil {
			return fmt.Errorf("keeping HelmRelease %s for Flux: %w", hr.Name, err)
		}
		before = hr.DeepCopy()
	}
	hr.Status.StorageNamespace, hr.Status.History = old.Status.StorageNamespace, old.Status.History
	hr.Status.LastAttemptedReleaseAction = old.Status.LastAttemptedReleaseAction
	hr.Status.ObservedCommonMetadataDigest = noDigest
	if released := apimeta.FindStatusCondition(old.Status.Conditions, helmv2.ReleasedCondition); released != nil {
		kept := *released
		kept.ObservedGeneration = hr.Generation
		hr.Status.Conditions = append(hr.Status.Conditions, kept)
	}
	if err := p.client.Status().Patch(ctx, hr, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("handing over what Flux knows of release %s: %w", addon.InstanceName(), err)
	}
	return nil
}
