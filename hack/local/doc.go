// Command local is the local environment behind "make up", "make down" and "make status": a management cluster with
// Slipway on it, as processes on 127.0.0.1, without containers.
//
// up is a list of steps, each of which compares what is there with what should be and does the difference, so running it
// again is harmless, repairs what has died, and restarts what was rebuilt. Nothing stays attached to the terminal: the
// processes are recorded under the state folder (.local), and down ends them by those records and removes the folder.
//
//	.local/kubeconfig  env        what to use it with; ca.crt and token are for REST clients
//	.local/hub/                   the management cluster (internal/controlplane)
//	.local/tenants/               the control planes of simulated clusters, which the kwok-adapter makes
//	.local/bin/                   our own binaries; pinned tools lie in the cache of hack/tools
//	.local/logs/  run/            one log and one process record per process beside the hub's
//
// The manager, the facade and the kwok-adapter run under client certificates of their service accounts, so config/rbac is exercised
// as it is in a cluster.
package main
