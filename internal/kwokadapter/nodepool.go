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
	tenant, version, err := a.tenant(ctx, target.Cluster)
	if errors.Is(err, errNoAnswer) {
		return waiting(target.Cluster), nil
	}
	if err != nil {
		return adapter.Report{}, err
	}
	m := machineOf(target.Cluster, target.NodePool, version)
	template, err := m.hash()
	if err != nil {
		return adapter.Report{}, err
	}
	nodes, err := listNodes(ctx, tenant, target.NodePool.Pool())
	if err != nil {
		return adapter.Report{}, err
	}
	w := wishOf(target.NodePool, template)
	p := makePlan(planned(nodes), w)
	if err := a.carryOut(ctx, tenant, crew{pool: target.NodePool, machine: m, template: template, nodes: nodes}, p); err != nil {
		return adapter.Report{}, err
	}
	if !p.done {
		if nodes, err = listNodes(ctx, tenant, target.NodePool.Pool()); err != nil {
			return adapter.Report{}, err
		}
	}
	return nodesReport(nodes, w, p), nil
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
		if !n.leaving && n.template == w.template && w.satisfied(n) {
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

// tenant returns a client of the Cluster's control plane and its version, or errNoAnswer.
func (a *Adapter) tenant(ctx context.Context, cluster *fleetv1.Cluster) (client.Client, string, error) {
	plane, err := a.tenants.existing(cluster)
	if err != nil {
		return nil, "", err
	}
	if plane == nil {
		return nil, "", errNoAnswer
	}
	admin, err := plane.AdminKubeconfig()
	if err != nil {
		return nil, "", fmt.Errorf("making the kubeconfig: %w", err)
	}
	kubeconfig, err := remote.Parse(admin)
	if err != nil {
		return nil, "", fmt.Errorf("reading the kubeconfig: %w", err)
	}
	version, err := remote.Ping(ctx, kubeconfig)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	tenant, err := a.clients.Get(kubeconfig)
	return tenant, version, err
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
	tenant, _, err := a.tenant(ctx, target.Cluster)
	if errors.Is(err, errNoAnswer) {
		return waiting(target.Cluster), nil
	}
	if err != nil {
		return adapter.Report{}, err
	}
	nodes, err := listNodes(ctx, tenant, target.NodePool.Pool())
	if err != nil {
		return adapter.Report{}, err
	}
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
