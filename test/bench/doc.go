// Command bench measures the facade and the manager against the targets in docs/performance.md. `make bench` runs it.
//
// It starts what is measured as processes of their own on 127.0.0.1: etcd and kube-apiserver, the manager and the facade under
// their service accounts, and a bare net/http server with the answers of the facade as fixed bytes. It puts a fleet straight
// into the kube-apiserver, goes through the rows of the list in rows.go, and prints a table. Nearly every figure comes with
// the same figure for something that nobody can do without, measured in the same run: what a raw request to the kube-apiserver
// takes, or a bare HTTP handler. Absolute times say as much about the machine as about Slipway.
//
// A missed target is shown and is no failure. Wrong results are: a lost report, a write in a steady state, a read that reached
// the kube-apiserver. It needs the binaries that KUBEBUILDER_ASSETS names, and Linux, where /proc tells what processes use.
// Its state lies in .bench and is removed at the end; processes that an interrupted run left behind are ended by the next one.
package main
