package kwokadapter

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestNetworkOf(t *testing.T) {
	cases := map[string]struct {
		network *fleetv1.ClusterNetwork
		want    string
	}{
		"none":                   {nil, ""},
		"as wished":              {&fleetv1.ClusterNetwork{CNI: "flannel", PodCIDR: "10.7.0.0/16", PodSubnetPrefix: ptr.To[int32](26)}, "flannel 10.7.0.0/16 26"},
		"a /24 for each node":    {&fleetv1.ClusterNetwork{CNI: "calico", PodCIDR: "10.100.0.0/16"}, "calico 10.100.0.0/16 24"},
		"room for four nodes":    {&fleetv1.ClusterNetwork{CNI: "calico", PodCIDR: "10.100.0.0/24"}, "calico 10.100.0.0/24 26"},
		"without a pod network":  {&fleetv1.ClusterNetwork{CNI: "calico"}, "calico"},
		"nothing about a plugin": {&fleetv1.ClusterNetwork{NetworkID: "a"}, ""},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			if got := networkOf(&fleetv1.Cluster{Spec: fleetv1.ClusterSpec{Network: test.network}}); got != test.want {
				t.Errorf("networkOf = %q, want %q", got, test.want)
			}
		})
	}
}

// machines builds nodes from words such as "a/old a/new,pending b/new,off": a pool, the network, and what the node does.
func machines(text string) []corev1.Node {
	var nodes []corev1.Node
	for _, word := range strings.Fields(text) {
		pool, marks, _ := strings.Cut(word, "/")
		n := corev1.Node{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{fleetv1.LabelNodePool: pool}, Annotations: map[string]string{}}}
		ready := corev1.ConditionTrue
		for _, mark := range strings.Split(marks, ",") {
			switch mark {
			case "pending":
				ready = corev1.ConditionFalse
			case "off":
				ready = corev1.ConditionFalse
				n.Annotations[annotationStopped] = "true"
			case "leaving":
				n.DeletionTimestamp = ptr.To(metav1.Now())
			default:
				n.Annotations[annotationNetwork] = mark
			}
		}
		n.Spec.ProviderID = providerScheme + word
		n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready}}
		nodes = append(nodes, n)
	}
	return nodes
}

func TestPoolsChangeTheirNetworkOneAfterTheOther(t *testing.T) {
	pool := func(name string, replicas int32, stopped ...string) fleetv1.NodePool {
		return fleetv1.NodePool{
			ObjectMeta: metav1.ObjectMeta{Name: "c-" + name},
			Spec:       fleetv1.NodePoolSpec{PoolName: name, Replicas: &replicas, StoppedNodes: stopped},
		}
	}
	a, b, c := pool("a", 2, "a/old,off"), pool("b", 1), pool("c", 1)
	cases := map[string]struct {
		nodes string
		want  string
	}{
		"the first begins": {"a/old a/old b/old c/old", "a"},
		"the second waits for the first to be through":        {"a/new a/old b/old c/old", "a"},
		"the second waits for the first to work":              {"a/new a/new,pending b/old c/old", "a"},
		"the second waits for a node that is still to come":   {"a/new b/old c/old", "a"},
		"the second follows":                                  {"a/new a/new b/old c/old", "a b"},
		"a node that leaves is waited for by nobody":          {"a/new a/new a/old,leaving b/old c/old", "a b"},
		"a machine that is off holds nobody up":               {"a/new a/old,off b/old c/old", "a b"},
		"a machine that shall be on and is off holds them up": {"a/new a/new,off b/old c/old", "a"},
		"in the end it is everybody's":                        {"a/new a/new b/new c/new", "a b c"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			pools, nodes := []fleetv1.NodePool{c, a, b}, machines(test.nodes)
			var turns []string
			for _, p := range []fleetv1.NodePool{a, b, c} {
				if turn(&p, pools, nodes, "new") {
					turns = append(turns, p.Pool())
				}
			}
			if got := strings.Join(turns, " "); got != test.want {
				t.Errorf("it is the turn of %s, want %s", got, test.want)
			}
		})
	}
	leaving := a
	leaving.DeletionTimestamp = ptr.To(metav1.Now())
	if !turn(&b, []fleetv1.NodePool{leaving, b}, machines("a/old b/old"), "new") {
		t.Error("a pool that is being deleted is waited for")
	}
}
