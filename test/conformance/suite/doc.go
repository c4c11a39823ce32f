// Package suite plays conformance suites: requests and the answers that they must get, as data, against a server. Each dialect's
// suite (../hyperfleet, ../iaas, ../cce, ../nks) brings its cases, its rules and, as a Dialect, what is particular about it.
//
// A case is a sentence, the rules that it checks and its steps; Case and Step say what may stand in them, Mismatch how an answer is
// compared with a wish. A rule without a case, and a case that would be played in another way than its author meant, fail the
// unit tests (CheckRules, CheckCases). Run plays the cases against the server that the flags name.
//
// With a kubeconfig, namespaces, Platforms and identities are made for the cases, and removed. Without one, only those cases run
// that need no more than the given tokens. Nothing is left behind that can be reached, and no object is looked at that was not made
// here. Nothing here knows a dialect, and nothing that ships uses it.
package suite
