package kwokadapter

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/remote"
)

// reconcileNodes takes the next step towards the nodes that a pool wishes.
func (a *Adapter) reconcileNodes(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	cluster, pool := target.Cluster, target.NodePool
	running, err := a.tenants.version(cluster)
	if err != nil {
		return adapter.Report{}, err
	}
	tenant, err := a.tenant(ctx, cluster)
	if errors.Is(err, errNoAnswer) || err == nil && running == "" {
		return waiting(cluster), nil
	}
	if err != nil {
		return adapter.Report{}, err
	}
	nodes, err := listNodes(ctx, tenant)
	if err != nil {
		return adapter.Report{}, err
	}
	c, granted, err := muster(target, nodes, running)
	if err != nil {
		return adapter.Report{}, err
	}
	if err := scaleAutomatically(ctx, tenant, pool); err != nil {
		return adapter.Report{}, err
	}
	w := c.wish(turn(pool, target.NodePools, nodes, networkOf(cluster)))
	p := makePlan(planned(c.nodes), w)
	if err := a.carryOut(ctx, tenant, c, p); err != nil {
		return adapter.Report{}, err
	}
	if !p.done {
		if nodes, err = listNodes(ctx, tenant); err != nil {
			return adapter.Report{}, err
		}
		c.nodes = nodesOf(nodes, pool)
	}
	report := nodesReport(c.nodes, w, p)
	if w.later && behind(c.nodes, w.network) > 0 {
		report.RequeueAfter = progressEvery
	}
	if !granted && p.done {
		report.Available = adapter.False(reasonNodesWaiting, fmt.Sprintf(
			"the nodes are to run %s; they wait for the control plane, which runs %s", pool.Spec.KubernetesVersion, running))
		report.RequeueAfter = progressEvery
	}
	return report, nil
}

// muster finds out what the pool has, what its new nodes are made from, and whether they may have the version that is wished.
// running is the version of the control plane.
func muster(target adapter.Target, nodes []corev1.Node, running string) (c crew, granted bool, err error) {
	c = crew{cluster: target.Cluster, pool: target.NodePool, nodes: nodesOf(nodes, target.NodePool)}
	version, granted := nodeVersion(c.pool, running, factsOf(c.nodes).KubernetesVersion)
	c.machine = machineOf(c.pool, version)
	c.template, err = c.machine.hash()
	return c, granted, err
}

// wish returns what the pool shall be. A change of the Cluster's network goes on within the bounds of the Cluster; before the
// pool's turn it waits, and nodes on the network of before are as good as others.
func (c crew) wish(turn bool) wish {
	w := wishOf(c.pool, c.template)
	w.network, w.later = networkOf(c.cluster), !turn
	if turn && behind(c.nodes, w.network) > 0 {
		w.within(c.cluster.Spec.Rollout)
	}
	return w
}

func nodesReport(nodes []corev1.Node, w wish, p plan) adapter.Report {
	facts := factsOf(nodes)
	if p.done {
		return adapter.Report{
			Available:    adapter.True(reasonNodesReady, "all nodes are as wished"),
			NodePool:     facts,
			RequeueAfter: checkEvery,
		}
	}
	current := 0
	for _, n := range planned(nodes) {
		if !n.leaving && w.upToDate(n) && w.satisfied(n) {
			current++
		}
	}
	return adapter.Report{
		Available:    adapter.False(reasonNodesChanging, fmt.Sprintf("%d of %d nodes are as wished", current, w.replicas)),
		Applied:      adapter.True(reasonNodesChanging, "the nodes are being changed"),
		NodePool:     facts,
		RequeueAfter: progressEvery,
	}
}

// errNoAnswer tells that a Cluster's control plane does not answer (yet). The Cluster's own report says why.
var errNoAnswer = errors.New("the control plane does not answer")

// tenant returns a client of the Cluster's control plane, or errNoAnswer.
func (a *Adapter) tenant(ctx context.Context, cluster *fleetv1.Cluster) (client.Client, error) {
	plane, err := a.tenants.existing(cluster)
	if err != nil {
		return nil, err
	}
	if plane == nil {
		return nil, errNoAnswer
	}
	admin, err := plane.AdminKubeconfig()
	if err != nil {
		return nil, fmt.Errorf("making the kubeconfig: %w", err)
	}
	kubeconfig, err := remote.Parse(admin)
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	if _, err := remote.Ping(ctx, kubeconfig); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return a.clients.Get(kubeconfig)
}

// waiting is the report about nodes whose control plane does not answer.
func waiting(cluster *fleetv1.Cluster) adapter.Report {
	return adapter.Report{
		Available:    adapter.False(reasonControlPlaneStarting, "the control plane of cluster "+cluster.Name+" does not answer"),
		RequeueAfter: checkEvery,
	}
}

// removeNodes takes all nodes of a deleted pool away.
func (a *Adapter) removeNodes(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	gone := adapter.Report{
		Available: adapter.False(reasonNodesRemoved, "all nodes are gone"), NodePool: &fleetv1.NodePoolFacts{}, Finalized: true,
	}
	if !target.Cluster.DeletionTimestamp.IsZero() {
		// The tenant goes as a whole, and may be gone already.
		gone.Available.Message = "the nodes go with their cluster"
		return gone, nil
	}
	plane, err := a.tenants.existing(target.Cluster)
	if err != nil {
		return adapter.Report{}, err
	}
	if plane == nil {
		return gone, nil
	}
	tenant, err := a.tenant(ctx, target.Cluster)
	if errors.Is(err, errNoAnswer) {
		return waiting(target.Cluster), nil
	}
	if err != nil {
		return adapter.Report{}, err
	}
	if err := scaleAutomatically(ctx, tenant, target.NodePool); err != nil {
		return adapter.Report{}, err
	}
	all, err := listNodes(ctx, tenant)
	if err != nil {
		return adapter.Report{}, err
	}
	nodes := nodesOf(all, target.NodePool)
	if len(nodes) == 0 {
		return gone, nil
	}
	for i := range nodes {
		if err := removeNode(ctx, tenant, &nodes[i]); err != nil {
			return adapter.Report{}, err
		}
	}
	return adapter.Report{
		Available:    adapter.False(reasonNodesLeaving, "nodes are leaving"),
		NodePool:     factsOf(nodes),
		RequeueAfter: progressEvery,
	}, nil
}
