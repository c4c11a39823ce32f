// Package outcome turns the error of a reconciliation into what happens next: a quiet repetition, nothing, or the
// workqueue's backoff. The controllers call it at their one exit, so that no call site has to look at an error's kind.
// It never logs.
package outcome
