// Command bare starts a bare management cluster on this machine, for installing Slipway into it as into a cluster of one's own:
// a control plane, Flux, and a node on which the images of this checkout run as processes. It runs until it is interrupted, and
// then takes everything away.
//
//	go run ./hack/bare
//
// Another terminal then reads the file env that it names, and has helm and kubectl in its path and KUBECONFIG set.
package main
