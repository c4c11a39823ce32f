// Package testenv starts a real kube-apiserver and etcd with Slipway's CRDs for the tests of a package. ForSuite is
// called from a suite's BeforeSuite, ForTest from a test, Start from TestMain; none from code that ships.
//
// The binaries come from KUBEBUILDER_ASSETS, which `make test` sets. There is no fallback and no skip: a test that needs an
// API server fails without one.
package testenv
