// Package installation looks at an installation of Slipway as a whole: whether it works (Check), and how the fleet's objects
// leave a cluster before Slipway does (Drain). Only cmd/slipway calls it.
//
// It sees what a client of the management cluster sees. It never repairs anything, and Check writes nothing at all: the one
// write that it asks for is a dry run, and meant to be refused.
package installation
