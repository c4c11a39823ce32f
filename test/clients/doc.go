// Package clients drives the CCE and NKS dialects with the SDKs that their clients really use, unpatched, through the whole life of
// an add-on and of a cluster: what they decode, wait for, and make of errors.
//
// It is a module of its own, so that nobody who builds Slipway needs the SDKs. The tests run against a local environment, which
// they find in the variables of its env file:
//
//	make up && . .local/env && make clients
//
// test/e2e runs them too. Those of CCE use the sample cluster, and install an add-on npd there; that of NKS makes projects and a
// cluster of its own.
package clients
