// Package expect holds the verbs of controller tests: objects are applied, reconciled, refreshed and compared, and writes are
// counted or made to fail. Suites call it; a failed expectation fails the running spec.
package expect
