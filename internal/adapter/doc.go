// Package adapter is the way to write an adapter: a program (or a part of one) that does something about Clusters and
// NodePools and reports what came of it. The kwok-adapter, the import adapter and every adapter to come are written on it.
//
// An adapter is one function:
//
//	type mine struct{ … }
//
//	func (m *mine) Reconcile(ctx context.Context, target adapter.Target) (adapter.Report, error) {
//		if target.Deleting() {
//			// take away what was made; safe to call again
//			return adapter.Report{Finalized: true, Available: adapter.False("Deleted", "the network is gone")}, nil
//		}
//		// make the world as target.Cluster (or target.NodePool) wishes; safe to call again
//		return adapter.Report{Available: adapter.True("NetworkReady", "the network is up")}, nil
//	}
//
//	err := adapter.Setup(mgr, adapter.Options{Name: "mine", Adapter: &mine{}})
//
// It is called for every Cluster and NodePool whose Platform requires the adapter for that kind: when the object appears,
// when its spec or annotations change, when its Cluster or the Platform changes, when the adapter asks for it
// (Report.RequeueAfter), and at least once per heartbeat period of the Platform. It is level-based: it is told the wish, never
// what changed, and must get on from wherever an earlier call, perhaps killed half-way, left off.
//
// The library does the rest:
//
//   - It keeps the AdapterStatus: one write per change, none while nothing changes, and one per heartbeat period otherwise.
//     A report that somebody edits or deletes is restored.
//   - It opens with a first report (Available=Unknown) before it calls the adapter for the first time. So a deletion knows
//     which adapters may have made something, also in a namespace that is ending, where nothing new can be created.
//   - It reports at the generation that the adapter was shown, never at another one.
//   - It keeps the order of a deletion: a deleted Cluster is not shown to the adapter before its add-ons and node pools are
//     gone; a deleted NodePool of a deleted Cluster not before the Cluster's add-ons are gone.
//   - It honours spec.suspend of the Cluster, for it and for its pools: the adapter is not called except for a deletion.
//   - An error becomes Health=False with the error as its message, and Available=False unless the adapter was available at
//     this generation; the call is repeated with exponential backoff. A Terminal error becomes Stalled=True.
//
// What an adapter returns may be seen by everybody who may read AdapterStatuses: no secrets in messages, facts or data.
//
// The library writes nothing but AdapterStatuses. It does not choose Platforms, aggregate reports or touch finalizers and
// status of its targets: the controllers do.
package adapter
