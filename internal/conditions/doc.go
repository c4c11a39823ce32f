// Package conditions reads, sets and stores the conditions of Slipway's objects. It is the only place that touches a
// condition list, so that transition times and generations are kept the same way everywhere.
//
// The controllers call it. It decides nothing: which condition holds is computed by internal/aggregate and by the
// controllers' status functions.
package conditions
