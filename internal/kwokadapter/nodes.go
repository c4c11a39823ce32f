package kwokadapter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilrand "k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const providerScheme = "kwok://"

// listNodes returns the nodes of all pools, sorted by name.
func listNodes(ctx context.Context, tenant client.Reader) ([]corev1.Node, error) {
	var nodes corev1.NodeList
	if err := tenant.List(ctx, &nodes, client.HasLabels{fleetv1.LabelNodePool}); err != nil {
		return nil, fmt.Errorf("listing the tenant's nodes: %w", err)
	}
	slices.SortFunc(nodes.Items, func(a, b corev1.Node) int { return cmp.Compare(a.Name, b.Name) })
	return nodes.Items, nil
}

// idOf returns the id by which the hub knows a node.
func idOf(n *corev1.Node) string {
	return cmp.Or(strings.TrimPrefix(n.Spec.ProviderID, providerScheme), string(n.UID))
}

func readiness(n *corev1.Node) corev1.ConditionStatus {
	for _, condition := range n.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status
		}
	}
	return ""
}

func isOff(n *corev1.Node) bool {
	_, off := n.Annotations[annotationStopped]
	return off
}

// planned returns what a plan needs to know.
func planned(nodes []corev1.Node) []node {
	list := make([]node, 0, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		list = append(list, node{
			name: n.Name, id: idOf(n), created: n.CreationTimestamp.Time,
			template: n.Annotations[annotationTemplate], network: n.Annotations[annotationNetwork],
			ready: readiness(n) == corev1.ConditionTrue, off: isOff(n), leaving: !n.DeletionTimestamp.IsZero(),
		})
	}
	return list
}

// factsOf returns what is reported about nodes.
func factsOf(nodes []corev1.Node) *fleetv1.NodePoolFacts {
	facts := &fleetv1.NodePoolFacts{Replicas: int32(len(nodes))}
	for i := range nodes {
		n := &nodes[i]
		fact := fleetv1.Node{Name: n.Name, ID: idOf(n), State: stateOf(n), KubernetesVersion: n.Status.NodeInfo.KubeletVersion}
		for _, address := range n.Status.Addresses {
			if address.Type == corev1.NodeInternalIP {
				fact.Address = address.Address
			}
		}
		if fact.State == fleetv1.NodeReady {
			facts.ReadyReplicas++
		}
		facts.KubernetesVersion = older(facts.KubernetesVersion, fact.KubernetesVersion)
		facts.Nodes = append(facts.Nodes, fact)
	}
	return facts
}

func stateOf(n *corev1.Node) fleetv1.NodeState {
	switch {
	case !n.DeletionTimestamp.IsZero():
		return fleetv1.NodeRemoving
	case isOff(n) && readiness(n) != corev1.ConditionTrue:
		return fleetv1.NodeStopped
	case readiness(n) == "":
		return fleetv1.NodePending
	case readiness(n) == corev1.ConditionTrue:
		return fleetv1.NodeReady
	}
	return fleetv1.NodeNotReady
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

// newNode returns a node to create. kwok keeps the status that it finds and adds what is missing.
func (c crew) newNode() *corev1.Node {
	id := string(uuid.NewUUID())
	name := c.pool.Pool() + "-" + utilrand.String(5)
	capacity := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("32"),
		corev1.ResourceMemory: resource.MustParse("256Gi"),
		corev1.ResourcePods:   resource.MustParse("110"),
	}
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: name,
			Labels: map[string]string{
				fleetv1.LabelNodePool:                       c.pool.Pool(),
				"node-role.kubernetes.io/" + c.machine.Role: "",
				corev1.LabelHostname:                        name,
				corev1.LabelOSStable:                        "linux",
				corev1.LabelArchStable:                      "amd64",
			},
			Annotations: map[string]string{annotationTemplate: c.template},
		},
		Spec: corev1.NodeSpec{ProviderID: providerScheme + id},
		Status: corev1.NodeStatus{
			Capacity: capacity, Allocatable: capacity,
			NodeInfo:  corev1.NodeSystemInfo{KubeletVersion: c.machine.Version, OperatingSystem: "linux", Architecture: "amd64"},
			Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: randomAddress()}, {Type: corev1.NodeHostName, Address: name}},
		},
	}
	c.mark(n)
	return n
}

// mark puts on a node what it is made from, as far as it can be seen.
func (c crew) mark(n *corev1.Node) {
	if m := c.machine.Machine; m != nil {
		n.Annotations[annotationFlavor] = m.Flavor
		labelIfValid(n, corev1.LabelInstanceTypeStable, m.Flavor)
		labelIfValid(n, corev1.LabelTopologyZone, m.Zone)
	}
	if c.machine.UserScript != "" {
		n.Annotations[annotationScript] = c.machine.UserScript
	}
	if network := networkOf(c.cluster); network != "" {
		n.Annotations[annotationNetwork] = network
		n.Labels[labelCNI] = c.cluster.Spec.Network.CNI
	}
	annotateGateways(n, c.cluster.Spec.ServiceGateways)
}

// labelIfValid sets a label unless the value, which is free text on the hub, cannot be one.
func labelIfValid(n *corev1.Node, label, value string) {
	if value != "" && len(validation.IsValidLabelValue(value)) == 0 {
		n.Labels[label] = value
	}
}

// randomAddress returns an address that only looks like one: nothing listens there.
func randomAddress() string {
	return fmt.Sprintf("10.200.%d.%d", utilrand.Intn(256), 1+utilrand.Intn(254))
}
