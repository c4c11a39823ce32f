// Package release renders the Flux objects that install an add-on on a tenant cluster, whole, from the add-on, its
// template and the cluster's kubeconfig, and reads the state of the release back from them.
//
// The add-on controller calls it. It takes and returns values and never reads or writes a cluster. What it renders always
// names the tenant's kubeconfig, so that Flux cannot take a release for one of the management cluster.
package release
