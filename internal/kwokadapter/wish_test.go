package kwokadapter

import (
	"testing"

	"k8s.io/utils/ptr"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestWishedReplicas(t *testing.T) {
	scaling := func(enabled bool, least, most *int32) *fleetv1.Autoscaling {
		return &fleetv1.Autoscaling{Enabled: enabled, MinReplicas: least, MaxReplicas: most}
	}
	cases := map[string]struct {
		spec fleetv1.NodePoolSpec
		want int
	}{
		"one by default":                {fleetv1.NodePoolSpec{}, 1},
		"as wished":                     {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](4)}, 4},
		"none":                          {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](0)}, 0},
		"at most what autoscaling says": {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](9), Autoscaling: scaling(true, nil, ptr.To[int32](5))}, 5},
		"at least what it says":         {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](1), Autoscaling: scaling(true, ptr.To[int32](3), ptr.To[int32](5))}, 3},
		"at least one by default":       {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](0), Autoscaling: scaling(true, nil, ptr.To[int32](5))}, 1},
		"bounds count while enabled":    {fleetv1.NodePoolSpec{Replicas: ptr.To[int32](9), Autoscaling: scaling(false, nil, ptr.To[int32](5))}, 9},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			if got := wishOf(&fleetv1.NodePool{Spec: test.spec}, "t").replicas; got != test.want {
				t.Errorf("replicas = %d, want %d", got, test.want)
			}
		})
	}
}

func TestWhatReplacesNodes(t *testing.T) {
	base := fleetv1.NodePool{Spec: fleetv1.NodePoolSpec{Replicas: ptr.To[int32](1), Machine: &fleetv1.Machine{Flavor: "small"}}}
	hash := func(cluster fleetv1.Cluster, pool *fleetv1.NodePool) string {
		h, err := machineOf(&cluster, pool, "v1.37.1").hash()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash(fleetv1.Cluster{}, &base)
	cases := map[string]struct {
		change   func(*fleetv1.Cluster, *fleetv1.NodePool)
		replaces bool
	}{
		"another flavor":            {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Machine.Flavor = "large" }, true},
		"another version":           {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.34.0" }, true},
		"another cluster version":   {func(c *fleetv1.Cluster, _ *fleetv1.NodePool) { c.Spec.KubernetesVersion = "v1.34.0" }, true},
		"another user script":       {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.UserScriptSecretName = "script" }, true},
		"another role":              {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Role = "gpu" }, true},
		"the version that it has":   {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.37.1" }, false},
		"the role that is default":  {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Role = "worker" }, false},
		"another number":            {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Replicas = ptr.To[int32](5) }, false},
		"a node to stop":            {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.StoppedNodes = []string{"a"} }, false},
		"another rollout":           {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Rollout = &fleetv1.Rollout{} }, false},
		"parameters of no interest": {func(_ *fleetv1.Cluster, p *fleetv1.NodePool) { p.Spec.Operation = &fleetv1.OperationRequest{} }, false},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			cluster, pool := fleetv1.Cluster{}, base.DeepCopy()
			test.change(&cluster, pool)
			if got := hash(cluster, pool) != before; got != test.replaces {
				t.Errorf("nodes are replaced: %v, want %v", got, test.replaces)
			}
		})
	}
}

func TestNodesSurviveFlavorsThatAreNoLabels(t *testing.T) {
	pool := &fleetv1.NodePool{Spec: fleetv1.NodePoolSpec{PoolName: "p", Machine: &fleetv1.Machine{Flavor: "4 vCPU / 8 GiB", Zone: "zone-a"}}}
	n := newNode(pool, machineOf(&fleetv1.Cluster{}, pool, "v1.37.1"), "t")
	if _, found := n.Labels["node.kubernetes.io/instance-type"]; found || n.Labels["topology.kubernetes.io/zone"] != "zone-a" || n.Annotations[annotationFlavor] != "4 vCPU / 8 GiB" {
		t.Errorf("labels %v, annotations %v", n.Labels, n.Annotations)
	}
}

func TestOlder(t *testing.T) {
	cases := map[string]struct{ a, b, want string }{
		"the lower":          {"v1.34.0", "v1.33.9", "v1.33.9"},
		"by number":          {"v1.9.0", "v1.10.0", "v1.9.0"},
		"the first":          {"", "v1.33.0", "v1.33.0"},
		"a malformed second": {"v1.33.0", "mine", "v1.33.0"},
	}
	for name, test := range cases {
		if got := older(test.a, test.b); got != test.want {
			t.Errorf("%s: older(%q, %q) = %q, want %q", name, test.a, test.b, got, test.want)
		}
	}
}
