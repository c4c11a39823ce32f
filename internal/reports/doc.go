// Package reports finds what adapters reported about one object. The controllers of Cluster and NodePool call it before they
// aggregate. It reads only; adapters write reports, and controllers/adapterstatus keeps their metadata right.
package reports
