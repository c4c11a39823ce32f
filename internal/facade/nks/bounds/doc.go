// Package bounds holds what requests of NKS clients are held to whatever they are for (docs/rest/nks.md): what a Platform allows, and
// what counts where it says nothing; networks of pods; settings of autoscalers.
//
// The frame and packages document and verb call it. It is pure, and knows no request but the fields that it reads.
package bounds
