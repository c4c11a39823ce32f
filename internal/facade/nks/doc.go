// Package nks is the dialect of NHN Kubernetes Service clients, which is one of OpenStack Magnum: clusters and node groups under /v1,
// as docs/rest/nks.md tells its users.
//
// It is a facade.Dialect: internal/apiserver mounts it. Its handlers read, call internal/hub and write; they keep nothing and never
// talk to the kube-apiserver. What bodies mean is in the packages below: document knows the objects, verb the tasks.
package nks
