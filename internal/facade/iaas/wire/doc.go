// Package wire holds the bodies of the IaaS add-ons dialect as Go types, generated from its OpenAPI document. Only package iaas
// uses it. Nothing in it is written by hand.
package wire
