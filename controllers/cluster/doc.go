// Package cluster is the controller of Clusters. It chooses the Platform, aggregates what adapters report into conditions,
// copies their facts and the totals of the node pools into the status, and takes a deleted Cluster down in order: add-ons,
// node pools, adapters.
//
// controllers.Setup starts it. It never acts on a tenant cluster; adapters do.
package cluster
