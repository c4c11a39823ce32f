// Package cce holds the conformance suite of the CCE add-on dialect: requests and the answers that they must get, as data, which
// package suite plays against a server.
//
// cases/ has a file per section of the contract (docs/rest/cce.md says the same in words), and the examples of the published pages. A
// case is a sentence, the rules that it checks and its steps; rules.yaml lists the rules, and a rule without a case fails the build.
// Every answer is also checked for what holds for all: its headers, the members of each add-on and template in it, all members of an
// error. Phases that nobody can bring about at will (a health that is lost, a rollback or an uninstallation that fails) are left to
// the tests of package internal/facade/cce.
//
// `make e2e` plays it against the local environment. Against any other server, whose catalogue must hold npd 1.13.5 and 1.14.0 as the
// local environment's does:
//
//	go test -tags e2e ./test/conformance/cce -url https://cce.example.com -ca ca.crt -kube kubeconfig -platform kwok
//
// It makes namespaces, identities, access keys, a real cluster on the Platform that -platform names, and catalogue entries of its own,
// and removes them.
package cce
