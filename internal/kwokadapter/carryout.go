package kwokadapter

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// crew is a pool with its nodes and what new ones are made from.
type crew struct {
	cluster  *fleetv1.Cluster
	pool     *fleetv1.NodePool
	machine  machine
	template string
	nodes    []corev1.Node
}

// carryOut does what a plan says.
func (a *Adapter) carryOut(ctx context.Context, tenant client.Client, c crew, p plan) error {
	for i := range c.nodes {
		n := &c.nodes[i]
		var err error
		switch {
		case slices.Contains(p.remove, n.Name):
			err = removeNode(ctx, tenant, n)
		case slices.Contains(p.stop, n.Name):
			err = switchNode(ctx, tenant, n, false)
		case slices.Contains(p.start, n.Name):
			err = switchNode(ctx, tenant, n, true)
		}
		if err != nil {
			return err
		}
	}
	for range p.create {
		n := c.newNode()
		if err := tenant.Create(ctx, n); err != nil {
			return fmt.Errorf("creating node %s: %w", n.Name, err)
		}
	}
	return nil
}

// switchNode turns the machine of a node on or off. kwok changes its readiness.
func switchNode(ctx context.Context, tenant client.Client, n *corev1.Node, on bool) error {
	changed := n.DeepCopy()
	changed.Spec.Unschedulable = !on
	changed.Spec.Taints = slices.DeleteFunc(changed.Spec.Taints, func(t corev1.Taint) bool { return t.Key == taintStopped })
	if on {
		delete(changed.Annotations, annotationStopped)
	} else {
		if changed.Annotations == nil {
			changed.Annotations = map[string]string{}
		}
		changed.Annotations[annotationStopped] = "true"
		changed.Spec.Taints = append(changed.Spec.Taints, corev1.Taint{Key: taintStopped, Effect: corev1.TaintEffectNoExecute})
	}
	if err := tenant.Patch(ctx, changed, client.MergeFromWithOptions(n, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("switching node %s: %w", n.Name, err)
	}
	return nil
}

// removeNode drains a node and deletes it. Its pods go at once: their kubelet was never there.
func removeNode(ctx context.Context, tenant client.Client, n *corev1.Node) error {
	if !n.Spec.Unschedulable {
		cordoned := n.DeepCopy()
		cordoned.Spec.Unschedulable = true
		if err := tenant.Patch(ctx, cordoned, client.MergeFrom(n)); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("cordoning node %s: %w", n.Name, err)
		}
	}
	var pods corev1.PodList
	if err := tenant.List(ctx, &pods, client.MatchingFields{"spec.nodeName": n.Name}); err != nil {
		return fmt.Errorf("listing the pods on node %s: %w", n.Name, err)
	}
	for i := range pods.Items {
		if err := tenant.Delete(ctx, &pods.Items[i], client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("deleting a pod on node %s: %w", n.Name, err)
		}
	}
	if err := tenant.Delete(ctx, n); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting node %s: %w", n.Name, err)
	}
	return nil
}
