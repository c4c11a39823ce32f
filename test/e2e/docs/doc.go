// Package docs works through the pages of the documentation whose commands run in a local environment, README.md among them, in
// one environment of its own. `make e2e` runs it; with SLIPWAY_E2E_STATE_DIR set to the state folder of an environment that is up
// already, it uses that one and leaves it up.
//
// A page is worked through in a folder that looks like the checkout, whose .local is the state of the environment. Before each
// page the environment is what `make up` makes: what a page changes, the next one does not see.
package docs
