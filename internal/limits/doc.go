// Package limits checks a Cluster's or NodePool's spec against what its Platform allows: Kubernetes versions, reserved
// networks, node limits and parameter schemas. It holds what a schema of one kind cannot see. The controllers call it before
// they aggregate; a fault ends in the condition Stalled with the field's path. What it says of the order of versions is about
// changes only; the webhooks ask for that.
//
// It is pure: it has no client, context, clock or logger.
package limits
