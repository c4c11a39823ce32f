// Package nks holds the conformance suite of the NKS dialect: requests and the answers that they must get, as data, which package
// suite plays against a server.
//
// cases/ has a file per section of the contract (docs/rest/nks.md says the same in words), and the examples of the published guide. A
// case is a sentence, the rules that it checks and its steps; rules.yaml lists the rules, and a rule without a case fails the build.
// Every answer is also checked for what holds for all: its headers, the members of each cluster, node group and event in it and their
// types, the form of an error. Most requests are one of the two of bodies.yaml with a change.
//
// The clusters are nobody's: an adapter in this package reports for them, within moments and without any control plane. What it does
// is in the name and the annotations of a cluster, so that a case decides how long a task takes and how it ends. Certificates and
// kubeconfigs that really open a cluster are left to test/clients, what --nks-strict adds to the tests of package
// internal/facade/nks/verb.
//
// `make e2e` plays it against the local environment. Against any other server, which must run without --nks-strict:
//
//	go test -tags e2e ./test/conformance/nks -url https://nks.example.com -ca ca.crt -kube kubeconfig
//
// It makes namespaces, Platforms and identities of its own, and removes them.
package nks
