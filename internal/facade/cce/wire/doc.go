// Package wire holds the bodies of the CCE add-on dialect as Go types, generated from its OpenAPI document. Only package cce uses
// it. Nothing in it is written by hand.
package wire
