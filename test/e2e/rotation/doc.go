// Package rotation lets Slipway's certificates expire, and its authorities follow each other, within a minute and a half, while
// everybody is at work: the API server asks the webhooks and proxies to the facades, and clients call the facades directly. Not
// one request may fail.
//
// `make e2e` runs it. The management cluster is an API server of envtest; two managers and two facades run as processes, with
// the rights that config/ gives them, behind what a Service does: each connection goes to one of them in turn.
package rotation
