package kwokadapter

// Annotations and taints of the adapter.
const (
	// AnnotationFail on a Cluster or NodePool provokes a failure with its value as the message.
	AnnotationFail = "kwok.slipway.dev/fail"
	// annotationStopped on a Node tells kwok that the machine is off. stages.yaml names it too.
	annotationStopped = "kwok.slipway.dev/stopped"
	// annotationTemplate on a Node is a hash of what it was made from.
	annotationTemplate = "kwok.slipway.dev/template"
	// annotationFlavor on a Node is the flavor as it was wished, which need not be a valid label.
	annotationFlavor = "kwok.slipway.dev/flavor"
	// taintStopped keeps pods off a Node that is off.
	taintStopped = "kwok.slipway.dev/stopped"
)

// Reasons of the adapter's findings.
const (
	reasonControlPlaneReady    = "ControlPlaneReady"
	reasonControlPlaneDown     = "ControlPlaneDown"
	reasonControlPlaneStarting = "ControlPlaneStarting"
	reasonControlPlaneRemoved  = "ControlPlaneRemoved"
	reasonNodesReady           = "NodesReady"
	reasonNodesChanging        = "NodesChanging"
	reasonNodesRemoved         = "NodesRemoved"
	reasonNodesLeaving         = "NodesLeaving"
	reasonFluxRunning          = "FluxRunning"
	reasonProvokedFailure      = "ProvokedFailure"
)
