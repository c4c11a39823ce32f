package nodepool

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// input turns the scope into what the conditions depend on.
func input(s *scope, now metav1.Time) aggregate.Input {
	in := s.Input(now)
	in.Required = required(s)
	in.Hold = s.hold
	return in
}

// setStatus writes what follows into the NodePool's status.
func setStatus(s *scope, result aggregate.Result) {
	status := &s.pool.Status
	conditions.Replace(s.pool, result.Conditions)
	status.ObservedGeneration = result.ObservedGeneration
	status.Adapters = result.Adapters

	facts := aggregate.NodePoolFacts(s.Reports, s.pool.Generation)
	status.Replicas = facts.Replicas
	status.ReadyReplicas = facts.ReadyReplicas
	status.KubernetesVersion = facts.KubernetesVersion
	status.Nodes = facts.Nodes
}
