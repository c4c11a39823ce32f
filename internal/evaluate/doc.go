// Package evaluate turns all that the status of one Cluster or NodePool depends on into that status: it chooses the Platform,
// holds the spec against it, says which adapters are needed, and hands the rest to internal/aggregate.
//
// The controllers of Clusters and NodePools call it, and so does the hub before it answers a write. Both must come to the
// same bytes from the same objects, or they would write against each other; so nothing of this is done anywhere else. It is
// pure: it has no client, context, clock or logger, and changes nothing of what it is given.
package evaluate
