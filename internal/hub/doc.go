// Package hub is what all REST dialects do, in our own terms: read Clusters and NodePools from memory, create, change and
// delete them, take reports of adapters. The dialects translate into it and out of it; none of them has logic of its own.
//
// Reads come from an index that watches feed; no read reaches the kube-apiserver. What a write returned is in the index
// of the same replica before the write is answered. Errors are neutral: see Error.
//
// Callers are the handlers of internal/facade. The hub never authorizes anybody (the server did before a handler ran), never
// impersonates. A caller sees one namespace, that of its Caller: what lies in another one is not found. The hub reads no Secret but
// those that it made itself and the two of a Cluster that SecretReader is about.
package hub
