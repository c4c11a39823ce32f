package cel

// operationRequest is a valid spec.operation, which Clusters, NodePools and Addons have in common.
var operationRequest = fields{"id": "0c5f7a52-6f0e-4a1e-9a55-2f6f6f1f0a01", "type": "CLUSTER_RESIZE", "generation": 1}

// operationRequestErrors are about one with id "7", type "resize" and generation 0.
var operationRequestErrors = []string{
	"spec.operation.generation: should be greater than or equal to 1",
	"spec.operation.id: should match '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'",
	"spec.operation.type: should match '^[A-Z][A-Z0-9_]*$'",
}

// rollout is about a spec.rollout that never gets on, which Clusters and NodePools have in common.
const rollout = "spec.rollout: maxSurge and maxUnavailable must not both be 0: no node could ever be replaced"

// The patterns of times. Go reads a time with microseconds only if there are exactly six digits, and neither kind in lower
// case, while the format date-time allows both.
const (
	microTime  = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'`
	secondTime = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'`
)
