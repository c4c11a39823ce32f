// Package e2e drives the local environment from end to end: a real control plane, Flux, the manager and the kwok-adapter,
// brought up by the same program as `make up`, in a state folder of its own.
//
// `make e2e` runs it. With SLIPWAY_E2E_STATE_DIR set to the state folder of an environment that is up already, it uses that
// one and leaves it up, which makes repeated runs quick. No test waits a fixed time: each waits for what it wants to see.
package e2e
