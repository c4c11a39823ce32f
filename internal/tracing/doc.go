// Package tracing sends spans of what a process does to an OpenTelemetry collector: Open reads the configuration and makes the
// provider, Outgoing adds the requests to the management cluster, and Reconciler makes a span of each reconciliation. The filter
// that makes a span of each request to the facade is that of k8s.io/apiserver.
//
// The manager and the facade call it. Without a configuration nothing is traced and nothing is sent. No span holds a body, a
// header or anything else that could be secret.
package tracing
