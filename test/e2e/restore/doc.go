// Package restore loses a management cluster and brings its fleet back on a fresh one: a local environment with simulated tenants, whose
// management cluster is taken away and made anew, and a backup in between. What must survive is ids, histories, the state of add-ons, and
// the tenant clusters with all that runs on them.
//
// `make e2e` runs it, in a state folder of its own. No test waits a fixed time: each waits for what it wants to see.
package restore
