// Package management starts a bare management cluster on this machine: a control plane, Flux, and a node on which the images of
// this checkout run as processes. Slipway is not in it: whoever calls this installs it, with helm or kubectl, as they would
// into a cluster of their own. hack/bare calls it for people, and test/e2e/install for tests.
//
// It never writes into the cluster that it starts, but for the node and what runs on it, and listens on loopback addresses only.
package management
