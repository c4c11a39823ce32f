// Package install installs Slipway with helm, as its users do, into a bare management cluster of its own: a real control plane
// with Flux and a node that runs pods as processes (internal/testing/kubelet). The charts are installed as they are. It goes
// through an installation's life: install, upgrade from the previous chart, rollback, the death of a leader, uninstall with and
// without the fleet. Then it works through the pages of the documentation that are about such a cluster. `make e2e` runs it.
//
// testdata holds the chart of the previous release, as it was packaged then.
package install
