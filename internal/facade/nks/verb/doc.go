// Package verb makes tasks of the imperative requests of NKS clients (docs/rest/nks.md): each verb is one change of specs.
//
// The frame calls it with a request's body and what the path names, and hands the task to the hub. What the body alone shows to be wrong
// is found before there is a task; what depends on the cluster as it is, in the task's Plan, on the draft. Both are told as a
// *fields.Error with all faults. It is pure: it never reads the network, and takes the time as an argument.
package verb
