package addon

import (
	"context"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/outcome"
)

// ledger remembers what was recorded of the places of Addons until the cache shows it. A pass that knew an older record could
// wake a release at the place that it has just left. It is safe for concurrent use.
type ledger struct {
	mu      sync.Mutex
	entries map[types.UID]places
}

// places are what the status of an Addon says of where its objects are.
type places struct{ delivery, movedFrom fleetv1.Delivery }

func placesOf(addon *fleetv1.Addon) places {
	return places{delivery: addon.Status.Delivery, movedFrom: addon.Status.MovedFrom}
}

// note remembers a record that was just written.
func (l *ledger) note(addon *fleetv1.Addon) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.entries == nil {
		l.entries = map[types.UID]places{}
	}
	l.entries[addon.UID] = placesOf(addon)
}

// behind tells whether an Addon as it was read is older than the record. Once it is not, the record is forgotten.
func (l *ledger) behind(addon *fleetv1.Addon) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry, ok := l.entries[addon.UID]
	if ok && entry == placesOf(addon) {
		delete(l.entries, addon.UID)
		return false
	}
	return ok
}

// catchUp waits for the cache to show what was recorded, unless somebody else has changed it since.
func (r *Reconciler) catchUp(ctx context.Context, addon *fleetv1.Addon) (ctrl.Result, error) {
	latest := &fleetv1.Addon{}
	err := r.APIReader.Get(ctx, client.ObjectKeyFromObject(addon), latest)
	if apierrors.IsNotFound(err) || err == nil && latest.ResourceVersion == addon.ResourceVersion {
		r.ledger.forget(addon)
	}
	if client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, fmt.Errorf("reading Addon %s past the cache: %w", client.ObjectKeyFromObject(addon), err)
	}
	return ctrl.Result{RequeueAfter: outcome.ConflictRetry}, nil
}

// forget drops the record of an Addon.
func (l *ledger) forget(addon *fleetv1.Addon) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.entries, addon.UID)
}
