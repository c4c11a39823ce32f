package kwokadapter

// Annotations and taints of the adapter.
const (
	// AnnotationFail on a Cluster or NodePool provokes a failure with its value as the message.
	AnnotationFail = "kwok.slipway.dev/fail"
	// AnnotationFailDeletion on a Cluster or NodePool does so for its deletion.
	AnnotationFailDeletion = "kwok.slipway.dev/fail-deletion"
	// annotationStopped on a Node tells kwok that the machine is off. stages.yaml names it too.
	annotationStopped = "kwok.slipway.dev/stopped"
	// annotationTemplate on a Node is a hash of what it was made from.
	annotationTemplate = "kwok.slipway.dev/template"
	// annotationNetwork on a Node is the network that it runs, see networkOf.
	annotationNetwork = "kwok.slipway.dev/network"
	// labelCNI on a Node is the network plugin that it runs.
	labelCNI = "kwok.slipway.dev/cni"
	// annotationGateway, with the name of a gateway behind it, on a Node is the gateway that it uses.
	annotationGateway = "gateway.kwok.slipway.dev/"
	// annotationScript on a Node names the Secret with the scripts that it ran.
	annotationScript = "kwok.slipway.dev/user-script"
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
	reasonNodesBehind          = "NodesBehind"
	reasonNodesWaiting         = "NodesWaiting"
	reasonRenewalAwaited       = "RenewalAwaited"
	reasonNodesLeaving         = "NodesLeaving"
	reasonFluxRunning          = "FluxRunning"
	reasonProvokedFailure      = "ProvokedFailure"
)
