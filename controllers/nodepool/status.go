package nodepool

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// input turns the scope into what the conditions depend on.
func input(s *scope, now metav1.Time) aggregate.Input {
	in := aggregate.Input{
		Kind:               fleetv1.KindNodePool,
		Generation:         s.pool.Generation,
		CreatedTime:        s.pool.CreationTimestamp,
		Deleting:           s.deleting(),
		Required:           required(s),
		Reports:            s.reports,
		Previous:           s.pool.Status.Conditions,
		ObservedGeneration: s.pool.Status.ObservedGeneration,
		Fault:              s.fault,
		Hold:               s.hold,
		Now:                now,
	}
	if s.platform != nil && s.platform.Spec.OperationDeadline != nil {
		in.Deadline = s.platform.Spec.OperationDeadline.Duration
	}
	return in
}

// setStatus writes what follows into the NodePool's status.
func setStatus(s *scope, result aggregate.Result) {
	status := &s.pool.Status
	conditions.Replace(s.pool, result.Conditions)
	status.ObservedGeneration = result.ObservedGeneration
	status.Adapters = result.Adapters

	facts := aggregate.NodePoolFacts(s.reports, s.pool.Generation)
	status.Replicas = facts.Replicas
	status.ReadyReplicas = facts.ReadyReplicas
	status.KubernetesVersion = facts.KubernetesVersion
	status.Nodes = facts.Nodes
}
