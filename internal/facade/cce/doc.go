// Package cce is the CCE add-on dialect: add-ons and the catalogue under /api/v3, as docs/rest/cce.md tells its users.
//
// It is a facade.Dialect: internal/apiserver mounts it. Its handlers decode, call internal/hub and encode; they keep nothing and
// never talk to the kube-apiserver.
package cce
