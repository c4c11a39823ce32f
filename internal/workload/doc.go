// Package workload reads from what a release runs on its cluster whether it works, and if not, why, in words that somebody can
// act on: pods that no node takes, images that cannot be pulled, containers that crash, quotas that refuse pods, Jobs that
// failed.
//
// The add-on controller calls it with the objects that it read. It never reads a cluster. What it says is the same as long as
// the cause is: nothing counts up, and no environment, argument or log of a container is ever in it.
package workload
