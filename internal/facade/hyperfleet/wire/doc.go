// Package wire holds the bodies of the HyperFleet dialect as Go types, generated from its OpenAPI document. Only package
// hyperfleet uses it. Nothing in it is written by hand.
package wire
