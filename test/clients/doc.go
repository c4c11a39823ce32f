// Package clients drives the CCE dialect with the SDKs that its clients really use, unpatched, through the whole life of an
// add-on: what they decode, wait for, and make of errors.
//
// It is a module of its own, so that nobody who builds Slipway needs the SDKs. The tests run against a local environment, which
// they find in the variables of its env file:
//
//	make up && . .local/env && make clients
//
// test/e2e runs them too. They use the sample cluster, and install an add-on npd there.
package clients
