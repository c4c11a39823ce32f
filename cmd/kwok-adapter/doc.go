// Command kwok-adapter runs a real control plane with simulated nodes for every Cluster on a Platform that requires the
// adapter kwok. It is the adapter of the local environment.
package main
