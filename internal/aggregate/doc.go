// Package aggregate turns what adapters report about a Cluster or NodePool into its conditions: Ready and Available by
// generation, one condition per adapter, and Reconciling and Stalled for kstatus. Beside this it says which reports are
// taken (Decide, Merge) and which facts follow from them (ClusterFacts, NodePoolFacts).
//
// It is pure functions only. internal/evaluate calls Aggregate, for the controllers (reports that came as custom resources,
// changed specs, repair) and for the hub, before it answers. Whoever writes reports calls Decide and Merge. The
// package has no client, context, clock or logger: the reference time and the previous conditions are inputs, so that every
// case is a table row.
//
// The rows R1–R7 (Ready) and A1–A4 (Available) are those of docs/design/001-aggregation.md.
package aggregate
