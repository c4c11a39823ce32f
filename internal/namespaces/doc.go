// Package namespaces reads what the controllers need to know of a namespace: its labels, and whether it is on its way out.
// It reads metadata only, so that a cache holds little, and it never writes.
package namespaces
