// Package hyperfleet holds the conformance suite of the HyperFleet dialect: requests and the answers that they must get,
// as data, which package suite plays against a server.
//
// cases/ has a file per section of the contract (docs/rest/hyperfleet.md says the same in words). A case is a sentence, the
// rules that it checks and its steps; rules.yaml lists the rules, and a rule without a case fails the build. Every answer is
// also checked for what holds for all: its headers, the shape of each object in it, the shape of an error. TestRandom plays
// random reports, changes and deletions and compares each answer with a model of the tables, written for this purpose only.
//
// `make e2e` plays it against the local environment. Against any other server:
//
//	go test -tags e2e ./test/conformance/hyperfleet -url https://fleet.example.com -ca ca.crt -token "$TOKEN"
//
// With KUBECONFIG set, the suite makes namespaces, Platforms and identities of its own, and removes them. Without it only
// those cases run that need no more than the given token, whose tenant must be on a Platform that requires the adapters
// dns and validation for clusters and validation for node pools, and nothing may report as those.
//
// The suite leaves nothing behind that it can reach, and never looks at objects that it has not made.
package hyperfleet
