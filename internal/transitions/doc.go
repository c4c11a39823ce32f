// Package transitions tells what a change of the status of a Cluster or NodePool means to whoever looks at its events: that it
// became ready, stopped being so, is stalled, or was let go.
//
// Whoever writes such a status publishes them: the controllers of the two kinds, and the hub. They are the same words from
// both, and come once, since a transition is written once. The package writes and publishes nothing.
package transitions
