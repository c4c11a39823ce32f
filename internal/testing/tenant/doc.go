// Package tenant makes tenants for tests that run against a whole server: a namespace on a Platform whose adapters are nobody's,
// and identities with different rights in it. Everything is removed when the test ends, whatever state its objects are in.
//
// The suites below test/ use it. It never touches what it has not made.
package tenant
