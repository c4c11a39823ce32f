// Package iaas is the IaaS add-ons dialect: add-ons of clusters under /api/clusters and their catalogue under /api/addons, as
// docs/rest/iaas.md tells its users.
//
// It is a facade.Dialect: internal/apiserver mounts it. Its handlers decode, call internal/hub and encode; they keep nothing and
// never talk to the kube-apiserver.
package iaas
