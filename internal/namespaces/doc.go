// Package namespaces reads what the controllers need to know of a namespace: its labels, and whether it is on its way out; and
// says whether a namespace is open: whether a program of ours may use the Secrets in it, which somebody has to allow for each.
// Controllers, adapters and the hub call it. It reads metadata only, so that a cache holds little, and it never writes.
package namespaces
