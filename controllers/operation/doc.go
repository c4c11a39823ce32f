// Package operation keeps the history of Clusters, NodePools and Addons: it opens an Operation for each generation of a spec, says
// in it how the task stands, ends it, and removes it when it has been kept for long enough.
//
// The manager runs its two controllers. Which records there have to be, and what they say, is decided by internal/operation; this
// package sees to it that no generation that the informers show is missed and that none is recorded twice. It never changes what
// the records are about, and nothing waits for it: status words are computed without records.
package operation
