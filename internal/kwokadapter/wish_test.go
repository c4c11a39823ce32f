package kwokadapter

import (
	"cmp"
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
	hash := func(pool *fleetv1.NodePool, running string) string {
		version, _ := nodeVersion(pool, running, "")
		h, err := machineOf(pool, version).hash()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := hash(&base, "v1.37.1")
	cases := map[string]struct {
		change   func(*fleetv1.NodePool)
		running  string
		replaces bool
	}{
		"another flavor":            {change: func(p *fleetv1.NodePool) { p.Spec.Machine.Flavor = "large" }, replaces: true},
		"another version":           {change: func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.34.0" }, replaces: true},
		"another cluster version":   {running: "v1.38.0", replaces: true},
		"another user script":       {change: func(p *fleetv1.NodePool) { p.Spec.UserScriptSecretName = "script" }, replaces: true},
		"another role":              {change: func(p *fleetv1.NodePool) { p.Spec.Role = "gpu" }, replaces: true},
		"the version that it has":   {change: func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.37.1" }},
		"the role that is default":  {change: func(p *fleetv1.NodePool) { p.Spec.Role = "worker" }},
		"another number":            {change: func(p *fleetv1.NodePool) { p.Spec.Replicas = ptr.To[int32](5) }},
		"a node to stop":            {change: func(p *fleetv1.NodePool) { p.Spec.StoppedNodes = []string{"a"} }},
		"another rollout":           {change: func(p *fleetv1.NodePool) { p.Spec.Rollout = &fleetv1.Rollout{} }},
		"parameters of no interest": {change: func(p *fleetv1.NodePool) { p.Spec.Operation = &fleetv1.OperationRequest{} }},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			pool := base.DeepCopy()
			if test.change != nil {
				test.change(pool)
			}
			if got := hash(pool, cmp.Or(test.running, "v1.37.1")) != before; got != test.replaces {
				t.Errorf("nodes are replaced: %v, want %v", got, test.replaces)
			}
		})
	}
}

func TestNodesAreNotNewerThanTheControlPlane(t *testing.T) {
	cases := map[string]struct {
		wished, running, present, want string
		granted                        bool
	}{
		"as the control plane":             {running: "v1.37.1", present: "v1.36.2", want: "v1.37.1", granted: true},
		"older":                            {wished: "v1.36.2", running: "v1.37.1", present: "v1.36.2", want: "v1.36.2", granted: true},
		"newer waits":                      {wished: "v1.37.1", running: "v1.36.4", present: "v1.36.2", want: "v1.36.2"},
		"newer from the first waits":       {wished: "v1.37.1", running: "v1.36.4", want: "v1.36.4"},
		"what is no version is as written": {wished: "newest", running: "v1.36.4", want: "newest", granted: true},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			pool := &fleetv1.NodePool{Spec: fleetv1.NodePoolSpec{KubernetesVersion: test.wished}}
			if got, granted := nodeVersion(pool, test.running, test.present); got != test.want || granted != test.granted {
				t.Errorf("nodeVersion = %s, %v; want %s, %v", got, granted, test.want, test.granted)
			}
		})
	}
}

func TestNodesSurviveFlavorsThatAreNoLabels(t *testing.T) {
	pool := &fleetv1.NodePool{Spec: fleetv1.NodePoolSpec{PoolName: "p", Machine: &fleetv1.Machine{Flavor: "4 vCPU / 8 GiB", Zone: "zone-a"}}}
	n := crew{cluster: &fleetv1.Cluster{}, pool: pool, machine: machineOf(pool, "v1.37.1"), template: "t"}.newNode()
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
