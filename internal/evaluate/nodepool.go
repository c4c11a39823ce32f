package evaluate

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
)

// NodePool is all that the status of a NodePool depends on. The order within the lists does not matter.
type NodePool struct {
	// Object is the NodePool.
	Object *fleetv1.NodePool
	// Cluster is the Cluster that it names; nil where there is none of the name.
	Cluster *fleetv1.Cluster
	// Siblings are the pools that name the same Cluster. The pool itself may be among them.
	Siblings []fleetv1.NodePool
	// Reports are those about it.
	Reports []aggregate.AdapterReport
	// Platform is the one that the Cluster's spec names; nil where there is none of the name, or no Cluster.
	Platform *fleetv1.Platform
	// Namespace is the one it is in.
	Namespace Namespace
}

// Required returns the adapters that have to report about the pool. A deleted pool whose Cluster does not exist waits for
// nobody: its nodes went with the cluster.
func (p NodePool) Required() []string {
	if p.Cluster == nil {
		return nil
	}
	return required(p.Platform, fleetv1.KindNodePool, p.Reports,
		circumstances{deleting: deleting(p.Object), terminating: p.Namespace.Terminating})
}

// Status returns the status that the NodePool has to have at that time, and what else follows.
func (p NodePool) Status(now metav1.Time) (fleetv1.NodePoolStatus, aggregate.Result) {
	in := common(p.Object, p.Platform, p.Reports, now)
	in.Kind = fleetv1.KindNodePool
	in.Required = p.Required()
	if !deleting(p.Object) {
		in.Hold = p.hold()
		in.Fault = p.fault()
	}
	result := aggregate.Aggregate(in)
	return p.status(result), result
}

// hold returns what has to come first and may well come by itself.
func (p NodePool) hold() *aggregate.Fault {
	name := p.Object.Spec.ClusterName
	switch {
	case p.Cluster == nil:
		return &aggregate.Fault{
			Reason:  fleetv1.ReasonClusterNotFound,
			Message: fmt.Sprintf("Waiting for Cluster %s, which does not exist", name),
		}
	case !deleting(p.Cluster) && p.Cluster.Spec.PlatformName == "":
		return &aggregate.Fault{
			Reason:  fleetv1.ReasonPlatformNotFound,
			Message: fmt.Sprintf("Waiting for Cluster %s to be put on a Platform; its own conditions say what is missing", name),
		}
	default:
		return nil
	}
}

// fault returns what stands in the way for good.
func (p NodePool) fault() *aggregate.Fault {
	if p.Cluster == nil {
		return nil
	}
	name := p.Object.Spec.ClusterName
	switch {
	case deleting(p.Cluster):
		return &aggregate.Fault{
			Reason:  fleetv1.ReasonClusterDeleting,
			Message: fmt.Sprintf("Cluster %s is being deleted, and this node pool with it", name),
		}
	case p.Cluster.Spec.PlatformName == "":
		return nil
	case p.Platform == nil:
		return &aggregate.Fault{
			Reason: fleetv1.ReasonPlatformNotFound,
			Message: fmt.Sprintf("Platform %s of Cluster %s does not exist; ask an administrator to create it",
				p.Cluster.Spec.PlatformName, name),
		}
	}
	if faults := limits.NodePool(p.Object, p.Platform, p.Siblings); len(faults) > 0 {
		return &aggregate.Fault{Reason: fleetv1.ReasonInvalidSpec, Message: params.Join(faults)}
	}
	return nil
}

// status returns the NodePool's status with what follows in it.
func (p NodePool) status(result aggregate.Result) fleetv1.NodePoolStatus {
	status := *p.Object.Status.DeepCopy()
	status.Conditions = result.Conditions
	status.ObservedGeneration = result.ObservedGeneration
	status.Adapters = result.Adapters

	facts := aggregate.NodePoolFacts(p.Reports, p.Object.Generation)
	status.Replicas = facts.Replicas
	status.ReadyReplicas = facts.ReadyReplicas
	status.KubernetesVersion = facts.KubernetesVersion
	status.Nodes = facts.Nodes
	return status
}
