// Package addon owns the kind Addon. It turns the wish for an add-on into the Flux objects that install it on the tenant
// cluster, reads the state of the release back into the Addon's conditions, reads the outputs from the tenant cluster, and
// takes the release away with the Addon.
//
// controllers.Setup starts it. A pass goes blueprint (what is wished, and everything it refers to), decision (may it be
// installed, and as what), current (what exists), apply (make it so), status. Everything it decides it asks the pure rooms
// internal/params, internal/catalog and internal/release. It never installs a chart itself, never lists or watches Secrets,
// and never touches an object that was not rendered for the Addon at hand.
package addon
