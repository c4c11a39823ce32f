// Package aggregate turns what adapters report about a Cluster or NodePool into its conditions: Ready and Available by
// generation, one condition per adapter, and Reconciling and Stalled for kstatus.
//
// It is one pure function and its parts. The controllers call it for reports that came as custom resources, for changed
// specs and for repair; the facade's report handler calls it before it answers. It has no client, context, clock or logger:
// the reference time and the previous conditions are inputs, so that every case is a table row.
//
// The rows R1–R7 (Ready) and A1–A4 (Available) are those of docs/design/001-aggregation.md.
package aggregate
