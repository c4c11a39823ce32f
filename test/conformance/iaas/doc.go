// Package iaas holds the conformance suite of the IaaS add-ons dialect: requests and the answers that they must get, as data, which
// package suite plays against a server.
//
// cases/ has a file per section of the contract (docs/rest/iaas.md says the same in words), and every example of the published
// reference. A case is a sentence, the rules that it checks and its steps; rules.yaml lists the rules, and a rule without a case
// fails the build. Every answer is also checked for what holds for all: its headers, the keys of each add-on in it and their order,
// the shape of an error.
//
// `make e2e` plays it against the local environment. Against any other server:
//
//	go test -tags e2e ./test/conformance/iaas -url https://iaas.example.com -ca ca.crt -token "$TOKEN" -cluster abc-123
//
// The catalogue must hold jupyterhub and kuberay as published. With KUBECONFIG set, the suite makes namespaces, identities and a
// real cluster on the Platform that -platform names, and removes them; the catalogue must then hold the entry dashboard of the local
// environment too. Without it only those cases run that need no more than the given token and the ready cluster that -cluster names.
package iaas
