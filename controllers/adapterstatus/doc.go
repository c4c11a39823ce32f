// Package adapterstatus is the controller of AdapterStatuses. It keeps their metadata right: labels, the target as owner,
// and the finalizer that keeps a report until its target has no more use for it. Adapters set all that themselves; it
// matters for reports that were made by hand.
//
// controllers.Setup starts it. It never touches spec or report, and never aggregates: the target's controller does.
package adapterstatus
