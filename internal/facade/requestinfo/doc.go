// Package requestinfo says what a request of a dialect means to Kubernetes: its verb, group, resource, subresource, namespace
// and name, on every path it can come. The server's authorizer, audit log, flow control and metrics go by that.
//
// internal/apiserver installs the resolver. It reads the Call that the outermost handler made, and leaves requests for no
// dialect to the resolver of k8s.io/apiserver. It never looks an object up: the namespace and the name are completed by
// internal/facade/tenancy, once it is known who asks.
package requestinfo
