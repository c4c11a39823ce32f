// Package gitops holds what GitOps tools see of the fleet against a real API server, with the controllers, the webhooks and the admission
// policies of Slipway: how kstatus, Argo CD and Flux read the states that objects go through, that applying again changes nothing, and that
// the example repository of docs/gitops is taken as it is. It only has tests.
package gitops
