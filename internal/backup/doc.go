// Package backup takes the fleet from one management cluster to another: its objects are read into an archive, and written from there
// into a cluster where they have other UIDs and count their generations anew, but keep their ids, histories and states, so that adapters
// find the tenant clusters of old and Flux the releases on them.
//
// cmd/slipway calls Take and Restore. What is to be written is decided by pure functions (draft.go, generations.go, records.go,
// mentions.go); only take.go and restore.go have a hand on the world. The package never touches a tenant cluster, and never writes over
// an object that is there. An archive holds Secrets: whoever has it reaches every cluster of the fleet.
package backup
