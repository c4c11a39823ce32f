// Package document turns what NKS clients send to create clusters and node groups into wishes to the hub, and Clusters and NodePools
// into the objects that clients read (docs/rest/nks.md).
//
// Its rule is that typed fields are true and the request that was sent is their wording: what still means the same is given back as it
// was written. The frame calls it. It is pure: it never reads the network or Secrets, which callers hand to it.
package document
