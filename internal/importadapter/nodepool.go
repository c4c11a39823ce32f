package importadapter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/sets"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/remote"
)

// The limits of what a report can hold.
const (
	maxNodes   = 5000
	maxID      = 253
	maxVersion = 64
)

// nodePoolReport is the report about a NodePool of a cluster that was seen like this. Without facts, those last reported
// stand.
func (a *Adapter) nodePoolReport(ctx context.Context, pool *fleetv1.NodePool, seen view) (adapter.Report, error) {
	report := adapter.Report{Available: seen.available, Stalled: seen.stalled()}
	if seen.version == "" {
		return report, nil
	}
	selector, err := selectorOf(pool)
	if err != nil {
		return adapter.Report{}, adapter.Terminal(err)
	}
	tenant, err := a.clients.Get(seen.kubeconfig)
	if err != nil {
		return adapter.Report{}, err
	}
	var nodes corev1.NodeList
	err = remote.Classify(tenant.List(ctx, &nodes, client.MatchingLabelsSelector{Selector: selector}, client.Limit(maxNodes)))
	switch {
	case errors.Is(err, remote.ErrUnauthorized):
		report.Available = adapter.False(fleetv1.ReasonCredentialsRefused, "the nodes cannot be listed: "+err.Error())
		return report, nil
	case errors.Is(err, remote.ErrUnreachable):
		report.Available = adapter.Unknown(fleetv1.ReasonClusterUnreachable, err.Error())
		return report, nil
	case err != nil:
		return adapter.Report{}, fmt.Errorf("listing the nodes of the cluster: %w", err)
	}
	facts := factsOf(nodes.Items)
	return adapter.Report{
		Available: adapter.True(fleetv1.ReasonClusterAnswers, fmt.Sprintf("%d nodes carry the labels %s", facts.Replicas, selector)),
		NodePool:  facts,
	}, nil
}

// selectorOf returns the labels by which the nodes of a pool are found.
func selectorOf(pool *fleetv1.NodePool) (labels.Selector, error) {
	set := labels.Set(pool.Spec.NodeSelector)
	if len(set) == 0 {
		set = labels.Set{fleetv1.LabelNodePool: pool.Pool()}
	}
	selector, err := labels.ValidatedSelectorFromSet(set)
	if err != nil {
		return nil, fmt.Errorf("spec.nodeSelector holds what no label can be: %w", err)
	}
	return selector, nil
}

// factsOf returns what is reported about nodes.
func factsOf(nodes []corev1.Node) *fleetv1.NodePoolFacts {
	slices.SortFunc(nodes, func(a, b corev1.Node) int { return cmp.Compare(a.Name, b.Name) })
	facts := &fleetv1.NodePoolFacts{Replicas: int32(len(nodes))}
	ids := sets.New[string]()
	for i := range nodes {
		fact := factOf(&nodes[i])
		if ids.Has(fact.ID) {
			fact.ID = string(nodes[i].UID)
		}
		ids.Insert(fact.ID)
		if fact.State == fleetv1.NodeReady {
			facts.ReadyReplicas++
		}
		facts.KubernetesVersion = older(facts.KubernetesVersion, fact.KubernetesVersion)
		facts.Nodes = append(facts.Nodes, fact)
	}
	return facts
}

func factOf(node *corev1.Node) fleetv1.Node {
	fact := fleetv1.Node{
		Name:              node.Name,
		ID:                node.Spec.ProviderID,
		State:             stateOf(node),
		KubernetesVersion: node.Status.NodeInfo.KubeletVersion,
	}
	if fact.ID == "" || len(fact.ID) > maxID {
		fact.ID = string(node.UID)
	}
	if len(fact.KubernetesVersion) > maxVersion {
		fact.KubernetesVersion = ""
	}
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP && fact.Address == "" && len(address.Address) <= maxID {
			fact.Address = address.Address
		}
	}
	return fact
}

func stateOf(node *corev1.Node) fleetv1.NodeState {
	if !node.DeletionTimestamp.IsZero() {
		return fleetv1.NodeRemoving
	}
	for _, condition := range node.Status.Conditions {
		switch {
		case condition.Type != corev1.NodeReady:
		case condition.Status == corev1.ConditionTrue:
			return fleetv1.NodeReady
		default:
			return fleetv1.NodeNotReady
		}
	}
	return fleetv1.NodePending
}

// older returns the lower of two versions; an empty or malformed one is left out.
func older(a, b string) string {
	left, leftErr := utilversion.ParseGeneric(a)
	right, rightErr := utilversion.ParseGeneric(b)
	if leftErr != nil || (rightErr == nil && right.LessThan(left)) {
		return b
	}
	return a
}
