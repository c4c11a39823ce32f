// Package target is what the controllers of Clusters and NodePools have in common: both are targets that adapters report
// about. It reads a target and what is reported about it, runs the phases of the kind, aggregates, writes the status, tells
// about transitions, and lets a finished target go.
//
// controllers/cluster and controllers/nodepool call it. It never knows which of the two it serves: what differs, they say in
// a Flow.
package target
