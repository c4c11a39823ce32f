// Package cel proves the rules of Slipway's CRDs against a real API server: what they accept, what they refuse and in which
// words, what a newborn object looks like, and what kubectl shows. `make test` runs it. It holds tests only, and it never
// tests what a controller or a webhook does.
package cel
