// Command rights compares what Slipway's service accounts may do on a management cluster with what they did: it reads the roles
// and bindings below config, and the audit logs of the environments that the end-to-end tests ran against. A right that nobody
// used, and a request that nothing granted, each are a line of the report and make it fail.
//
//	go run ./hack/rights <folder with audit logs>
//
// `make e2e` calls it when it ran all suites: with some of them left out, rights look unused that are not. It never asks a
// cluster, and never changes a role.
package main
