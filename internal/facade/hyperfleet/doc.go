// Package hyperfleet is the HyperFleet dialect: clusters, node pools and adapter statuses under /api/hyperfleet/v1, as
// docs/rest/hyperfleet.md tells its users.
//
// It is a facade.Dialect: internal/apiserver mounts it. Its handlers decode, call internal/hub and encode; they keep nothing and
// never talk to the kube-apiserver.
package hyperfleet
