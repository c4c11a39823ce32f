package kwokadapter

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/sets"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// machine is what a node is made from. Two nodes with equal machines are as good as each other.
type machine struct {
	Version    string           `json:"version"`
	Role       string           `json:"role"`
	Machine    *fleetv1.Machine `json:"machine,omitempty"`
	UserScript string           `json:"userScript,omitempty"`
}

// machineOf returns what the nodes of a pool are to be made from.
func machineOf(pool *fleetv1.NodePool, version string) machine {
	return machine{
		Version:    version,
		Role:       cmp.Or(pool.Spec.Role, "worker"),
		Machine:    pool.Spec.Machine,
		UserScript: pool.Spec.UserScriptSecretName,
	}
}

// hash identifies a machine.
func (m machine) hash() (string, error) {
	encoded, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("encoding the machine of a pool: %w", err)
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])[:16], nil
}

// wishOf returns what a pool shall be.
func wishOf(pool *fleetv1.NodePool, template string) wish {
	w := wish{
		replicas:       int(pool.WishedReplicas()),
		template:       template,
		remove:         sets.New(pool.Spec.NodesToRemove...),
		stop:           sets.New(pool.Spec.StoppedNodes...),
		maxSurge:       1,
		maxUnavailable: 1,
	}
	w.within(pool.Spec.Rollout)
	if s := pool.Spec.Autoscaling; s != nil && s.Enabled {
		w.replicas = max(w.replicas, int(valueOr(s.MinReplicas, 1)))
		w.replicas = min(w.replicas, int(valueOr(s.MaxReplicas, int32(w.replicas))))
	}
	return w
}

// within sets the bounds of a rolling change, where some are given.
func (w *wish) within(r *fleetv1.Rollout) {
	if r != nil {
		w.maxSurge, w.maxUnavailable = int(valueOr(r.MaxSurge, 1)), int(valueOr(r.MaxUnavailable, 1))
	}
}

func valueOr(value *int32, otherwise int32) int32 {
	if value == nil {
		return otherwise
	}
	return *value
}
