package cluster

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// defaultWorker is the pool that, where it exists, belongs to the first provisioning of its cluster.
const defaultWorker = "default-worker"

// input turns the scope into what the conditions depend on.
func input(s *scope, now metav1.Time) aggregate.Input {
	in := s.Input(now)
	in.Children = children(s)
	in.Updated = updated(s)
	in.PoolsReady = poolsReady(s.pools)
	return in
}

func children(s *scope) aggregate.Children {
	var left aggregate.Children
	for i := range s.pools {
		left.NodePools = append(left.NodePools, s.pools[i].Name)
	}
	for i := range s.addons {
		left.Addons = append(left.Addons, s.addons[i].Name)
	}
	return left
}

// updated tells whether a node pool was added, changed or deleted after the cluster was provisioned.
func updated(s *scope) bool {
	provisioned := conditions.Get(s.cluster, fleetv1.ConditionProvisioned)
	if provisioned == nil || provisioned.Status != metav1.ConditionTrue {
		return false
	}
	for i := range s.pools {
		pool := &s.pools[i]
		if !pool.DeletionTimestamp.IsZero() || pool.CreationTimestamp.After(provisioned.LastTransitionTime.Time) {
			return true
		}
		first := conditions.Get(pool, fleetv1.ConditionProvisioned)
		if first != nil && pool.Generation > first.ObservedGeneration {
			return true
		}
	}
	return false
}

func poolsReady(pools []fleetv1.NodePool) bool {
	for i := range pools {
		if pools[i].Pool() == defaultWorker && !conditions.IsTrueNow(&pools[i], fleetv1.ConditionReady) {
			return false
		}
	}
	return true
}

// setStatus writes what follows into the Cluster's status.
func setStatus(s *scope, result aggregate.Result) {
	status := &s.cluster.Status
	conditions.Replace(s.cluster, result.Conditions)
	status.ObservedGeneration = result.ObservedGeneration
	status.Adapters = result.Adapters

	facts := aggregate.ClusterFacts(s.Reports, s.cluster.Generation)
	status.APIEndpoint = facts.APIEndpoint
	status.KubernetesVersion = facts.KubernetesVersion
	status.KubeconfigSecretName = facts.KubeconfigSecretName
	status.KubeconfigChecksum = facts.KubeconfigChecksum
	status.CertificateExpiry = facts.CertificateExpiry

	status.Nodes = totals(s.pools)
	status.NodeSummary = fmt.Sprintf("%d/%d", status.Nodes.Ready, status.Nodes.Wished)
	status.NodePools = int32(len(s.pools)) //nolint:gosec // the number of pools in a namespace fits
}

func totals(pools []fleetv1.NodePool) fleetv1.NodeTotals {
	var nodes fleetv1.NodeTotals
	for i := range pools {
		nodes.Wished += pools[i].WishedReplicas()
		nodes.Observed += pools[i].Status.Replicas
		nodes.Ready += pools[i].Status.ReadyReplicas
	}
	return nodes
}
