package adapter

import "sigs.k8s.io/controller-runtime/pkg/client"

// Reconciler and what follows are what the suite, a package of its own, needs.
type Reconciler = reconciler

var (
	NewReconciler = newReconciler
	NewKey        = key
)

// Wrote tells whether the last known version of a report is this reconciler's own.
func (r *reconciler) Wrote(status client.Object) bool { return r.own.is(status) }
