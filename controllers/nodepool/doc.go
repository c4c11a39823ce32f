// Package nodepool is the controller of NodePools. It ties a pool to its Cluster, aggregates what adapters report into
// conditions, and copies their facts into the status. A deleted pool goes when the adapters have finalized it.
//
// controllers.Setup starts it. It never acts on nodes; adapters do.
package nodepool
