// Package kept keeps the request that made a cluster or a node group as it was sent, minus secrets, in the object's extensions, so that
// later answers give back what the client wrote (docs/rest/nks.md).
//
// Package document writes and reads what is kept, verb corrects it where a task changes what no typed field holds. It is pure: it never
// reads the network, and it never decides which of two texts is true.
package kept
