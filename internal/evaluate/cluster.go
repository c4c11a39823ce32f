package evaluate

import (
	"fmt"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/placement"
	"github.com/slipway-dev/slipway/internal/tasks"
)

// Cluster is all that the status of a Cluster depends on. The order within the lists does not matter.
type Cluster struct {
	// Object is the Cluster.
	Object *fleetv1.Cluster
	// NodePools are the pools that name it.
	NodePools []fleetv1.NodePool
	// Addons are the names of the Addons that name it.
	Addons []string
	// Reports are those about it.
	Reports []aggregate.AdapterReport
	// Platforms are all there are.
	Platforms []fleetv1.Platform
	// Namespace is the one it is in.
	Namespace Namespace
}

// Platform returns the Platform that governs the Cluster, or nil and the reason why none does.
func (c Cluster) Platform() (*fleetv1.Platform, *aggregate.Fault) {
	return placement.Choose(placement.Wish{
		Named:     c.Object.Spec.PlatformName,
		Namespace: c.Object.Namespace,
		Label:     c.Namespace.Platform,
		Deleting:  deleting(c.Object),
	}, c.Platforms)
}

// Required returns the adapters that have to report about the Cluster.
func (c Cluster) Required() []string {
	platform, _ := c.Platform()
	return c.required(platform)
}

func (c Cluster) required(platform *fleetv1.Platform) []string {
	return required(platform, fleetv1.KindCluster, c.Reports,
		circumstances{deleting: deleting(c.Object), terminating: c.Namespace.Terminating})
}

// Status returns the status that the Cluster has to have at that time, and what else follows.
func (c Cluster) Status(now metav1.Time) (fleetv1.ClusterStatus, aggregate.Result) {
	platform, fault := c.Platform()
	in := common(c.Object, platform, c.Reports, now)
	in.Kind = fleetv1.KindCluster
	in.Required = c.required(platform)
	in.Fault = c.fault(platform, fault)
	in.Children = c.children()
	in.Updated = c.updated()
	awaited := c.awaited(now)
	in.PoolsReady = c.poolsReady() && awaited.IsZero()
	result := aggregate.Aggregate(in)
	if !awaited.IsZero() && (result.Recheck.IsZero() || awaited.Before(result.Recheck)) {
		result.Recheck = awaited
	}
	return c.status(result), result
}

// fault returns what stands in the way: that there is no Platform, else what the Platform does not allow in the spec.
func (c Cluster) fault(platform *fleetv1.Platform, fault *aggregate.Fault) *aggregate.Fault {
	if fault != nil || platform == nil || deleting(c.Object) {
		return fault
	}
	if faults := limits.Cluster(c.Object, platform); len(faults) > 0 {
		return &aggregate.Fault{Reason: fleetv1.ReasonInvalidSpec, Message: params.Join(faults)}
	}
	return nil
}

func (c Cluster) children() aggregate.Children {
	left := aggregate.Children{Addons: c.Addons}
	for i := range c.NodePools {
		left.NodePools = append(left.NodePools, c.NodePools[i].Name)
	}
	return left
}

// updated tells whether a node pool was added, changed or deleted after the cluster was provisioned.
func (c Cluster) updated() bool {
	for i := range c.NodePools {
		if phase.Updates(c.Object, &c.NodePools[i]) {
			return true
		}
	}
	return false
}

// poolsReady tells whether the pools that the Cluster must have ready before it is provisioned are.
func (c Cluster) poolsReady() bool {
	for i := range c.NodePools {
		if pool := &c.NodePools[i]; pool.Pool() == fleetv1.DefaultWorkerPool && !readyNow(pool) {
			return false
		}
	}
	return true
}

// awaited returns until when the Cluster waits for the NodePool that is created right after it; zero if it waits for none. An adapter
// may be done with the Cluster in between, and that NodePool must not count as an update.
func (c Cluster) awaited(now metav1.Time) time.Time {
	if apimeta.IsStatusConditionTrue(c.Object.Status.Conditions, fleetv1.ConditionProvisioned) {
		return time.Time{}
	}
	mark, err := tasks.Parse(c.Object.Annotations[fleetv1.AnnotationNKSTask])
	if err != nil {
		return time.Time{} // what is no mark waits for nothing
	}
	return mark.Awaited(c.NodePools, now.Time)
}

func readyNow(o object) bool {
	ready := apimeta.FindStatusCondition(*o.GetConditions(), fleetv1.ConditionReady)
	return ready != nil && ready.Status == metav1.ConditionTrue && ready.ObservedGeneration == o.GetGeneration()
}

// status returns the Cluster's status with what follows in it.
func (c Cluster) status(result aggregate.Result) fleetv1.ClusterStatus {
	status := *c.Object.Status.DeepCopy()
	status.Conditions = result.Conditions
	status.ObservedGeneration = result.ObservedGeneration
	status.Adapters = result.Adapters

	facts := aggregate.ClusterFacts(c.Reports, c.Object.Generation)
	status.APIEndpoint = facts.APIEndpoint
	status.KubernetesVersion = facts.KubernetesVersion
	status.KubeconfigSecretName = facts.KubeconfigSecretName
	status.KubeconfigChecksum = facts.KubeconfigChecksum
	status.CertificateExpiry = facts.CertificateExpiry

	status.Nodes = totals(c.NodePools)
	status.NodeSummary = fmt.Sprintf("%d/%d", status.Nodes.Ready, status.Nodes.Wished)
	status.NodePools = int32(len(c.NodePools)) //nolint:gosec // the number of pools in a namespace fits
	return status
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
