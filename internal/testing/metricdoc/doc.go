// Package metricdoc holds what a process says in its metrics against docs/observability.md: each section of the page must name
// exactly the metrics of ours that a registry has, with their labels and types. Tests of the manager and of the facade call it. It
// knows nothing of the metrics of the libraries.
package metricdoc
