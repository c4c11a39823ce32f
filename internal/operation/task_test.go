package operation_test

import (
	"testing"

	"k8s.io/utils/ptr"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestChangeOfACluster(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*fleetv1.ClusterSpec)
		want   string
	}{
		"nothing": {func(*fleetv1.ClusterSpec) {}, ""},
		"what a client asked to be recorded is no change": {func(s *fleetv1.ClusterSpec) {
			s.Operation = &fleetv1.OperationRequest{ID: "x", Type: "X", Generation: 2}
		}, ""},
		"the Platform that Slipway chose is none": {func(s *fleetv1.ClusterSpec) { s.PlatformName = "metal" }, ""},
		"empty structures are the same as none":   {func(s *fleetv1.ClusterSpec) { s.APIEndpoint = &fleetv1.APIEndpoint{} }, ""},
		"the version":                             {func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = "v1.33.1" }, fleetv1.OperationPoolUpgrade},
		"the network plugin":                      {func(s *fleetv1.ClusterSpec) { s.Network.CNI = "calico" }, fleetv1.OperationClusterCNI},
		"the pods' network":                       {func(s *fleetv1.ClusterSpec) { s.Network.PodCIDR = "10.1.0.0/16" }, fleetv1.OperationClusterCNI},
		"the pods' network on a node":             {func(s *fleetv1.ClusterSpec) { s.Network.PodSubnetPrefix = ptr.To[int32](24) }, fleetv1.OperationClusterCNI},
		"another part of the network":             {func(s *fleetv1.ClusterSpec) { s.Network.StrictSecurityRules = true }, fleetv1.OperationClusterUpdate},
		"who may reach the API server":            {func(s *fleetv1.ClusterSpec) { s.APIEndpoint = guarded() }, fleetv1.OperationClusterAccess},
		"whether the API server is public":        {func(s *fleetv1.ClusterSpec) { s.APIEndpoint = &fleetv1.APIEndpoint{Public: true} }, fleetv1.OperationClusterUpdate},
		"the certificates":                        {func(s *fleetv1.ClusterSpec) { s.Certificates = &fleetv1.Certificates{ValidityYears: 1} }, fleetv1.OperationClusterCertificates},
		"the gateways":                            {func(s *fleetv1.ClusterSpec) { s.ServiceGateways = &fleetv1.ServiceGateways{Registry: "r"} }, fleetv1.OperationClusterGateways},
		"how nodes are replaced, alone":           {func(s *fleetv1.ClusterSpec) { s.Rollout = &fleetv1.Rollout{} }, fleetv1.OperationClusterUpdate},
		"a version, and how nodes are replaced":   {func(s *fleetv1.ClusterSpec) { s.Rollout, s.KubernetesVersion = &fleetv1.Rollout{}, "v1.33.1" }, fleetv1.OperationPoolUpgrade},
		"a client's document, alone":              {func(s *fleetv1.ClusterSpec) { s.Extensions = document() }, fleetv1.OperationClusterUpdate},
		"gateways, and a client's document": {func(s *fleetv1.ClusterSpec) {
			s.ServiceGateways, s.Extensions = &fleetv1.ServiceGateways{Registry: "r"}, document()
		}, fleetv1.OperationClusterGateways},
		"two parts at once": {func(s *fleetv1.ClusterSpec) { s.KubernetesVersion, s.Network.CNI = "v1.33.1", "calico" }, fleetv1.OperationClusterUpdate},
		"parameters":        {func(s *fleetv1.ClusterSpec) { s.Parameters = fixture.JSON(`{"a":1}`) }, fleetv1.OperationClusterUpdate},
		"a suspension":      {func(s *fleetv1.ClusterSpec) { s.Suspend = true }, fleetv1.OperationClusterUpdate},
	} {
		t.Run(name, func(t *testing.T) {
			before := fixture.Cluster("ns", "sample")
			before.Spec.Network = &fleetv1.ClusterNetwork{CNI: "flannel"}
			after := before.DeepCopy()
			test.change(&after.Spec)
			kept := after.DeepCopy()
			got := operation.Change(fleetv1.KindCluster, operation.Fingerprint(before), operation.Fingerprint(after))
			if got != test.want {
				t.Errorf("Change = %q, want %q", got, test.want)
			}
			equal(t, "the object after the fingerprint was taken", kept, after)
		})
	}
}

func guarded() *fleetv1.APIEndpoint {
	return &fleetv1.APIEndpoint{AccessControl: &fleetv1.AccessControl{Policy: "Allow", Targets: []fleetv1.AccessTarget{{CIDR: "10.0.0.1"}}}}
}

func document() *fleetv1.Extensions { return &fleetv1.Extensions{NKS: fixture.JSON(`{}`)} }

func TestChangeOfANodePool(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*fleetv1.NodePoolSpec)
		want   string
	}{
		"the number of nodes":             {func(s *fleetv1.NodePoolSpec) { s.Replicas = ptr.To[int32](3) }, fleetv1.OperationPoolResize},
		"the nodes to remove":             {func(s *fleetv1.NodePoolSpec) { s.NodesToRemove = []string{"a"} }, fleetv1.OperationPoolResize},
		"one more node is stopped":        {func(s *fleetv1.NodePoolSpec) { s.StoppedNodes = []string{"a", "b", "c"} }, fleetv1.OperationPoolStop},
		"one node fewer is stopped":       {func(s *fleetv1.NodePoolSpec) { s.StoppedNodes = []string{"a"} }, fleetv1.OperationPoolStart},
		"no node is stopped":              {func(s *fleetv1.NodePoolSpec) { s.StoppedNodes = nil }, fleetv1.OperationPoolStart},
		"another node is stopped instead": {func(s *fleetv1.NodePoolSpec) { s.StoppedNodes = []string{"a", "c"} }, fleetv1.OperationPoolStop},
		"the same nodes in another order": {func(s *fleetv1.NodePoolSpec) { s.StoppedNodes = []string{"b", "a"} }, ""},
		"the autoscaler":                  {func(s *fleetv1.NodePoolSpec) { s.Autoscaling = &fleetv1.Autoscaling{Enabled: true} }, fleetv1.OperationPoolAutoscaling},
		"the version":                     {func(s *fleetv1.NodePoolSpec) { s.KubernetesVersion = "v1.33.1" }, fleetv1.OperationPoolUpgrade},
		"the script":                      {func(s *fleetv1.NodePoolSpec) { s.UserScriptSecretName = "s" }, fleetv1.OperationPoolScript},
		"the flavor":                      {func(s *fleetv1.NodePoolSpec) { s.Machine = &fleetv1.Machine{Flavor: "m2"} }, fleetv1.OperationPoolFlavor},
		"the image":                       {func(s *fleetv1.NodePoolSpec) { s.Machine = &fleetv1.Machine{Image: "ubuntu"} }, fleetv1.OperationPoolUpdate},
		"the flavor and how it is done": {func(s *fleetv1.NodePoolSpec) {
			s.Machine, s.Rollout = &fleetv1.Machine{Flavor: "m2"}, &fleetv1.Rollout{}
		}, fleetv1.OperationPoolFlavor},
		"the number of nodes and the image": {func(s *fleetv1.NodePoolSpec) { s.Replicas, s.Machine = ptr.To[int32](3), &fleetv1.Machine{Image: "u"} }, fleetv1.OperationPoolUpdate},
		"parameters":                        {func(s *fleetv1.NodePoolSpec) { s.Parameters = fixture.JSON(`{"a":1}`) }, fleetv1.OperationPoolUpdate},
	} {
		t.Run(name, func(t *testing.T) {
			before := fixture.NodePool("ns", "workers", "sample", fixture.Replicas(1))
			before.Spec.StoppedNodes = []string{"a", "b"}
			after := before.DeepCopy()
			test.change(&after.Spec)
			got := operation.Change(fleetv1.KindNodePool, operation.Fingerprint(before), operation.Fingerprint(after))
			if got != test.want {
				t.Errorf("Change = %q, want %q", got, test.want)
			}
		})
	}
}

func TestChangeOfAnAddon(t *testing.T) {
	before := fixture.Addon("ns", "web", "sample", "web")
	for name, test := range map[string]struct {
		change func(*fleetv1.AddonSpec)
		want   string
	}{
		"nothing":           {func(*fleetv1.AddonSpec) {}, ""},
		"the version":       {func(s *fleetv1.AddonSpec) { s.Version = "2.0.0" }, fleetv1.OperationAddonUpgrade},
		"the params":        {func(s *fleetv1.AddonSpec) { s.Params = fixture.JSON(`{"a":1}`) }, fleetv1.OperationAddonUpgrade},
		"a client's record": {func(s *fleetv1.AddonSpec) { s.Operation = &fleetv1.OperationRequest{ID: "x"} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			after := before.DeepCopy()
			test.change(&after.Spec)
			got := operation.Change(fleetv1.KindAddon, operation.Fingerprint(before), operation.Fingerprint(after))
			if got != test.want {
				t.Errorf("Change = %q, want %q", got, test.want)
			}
		})
	}
}

func TestIsTask(t *testing.T) {
	for task, want := range map[string]bool{
		fleetv1.OperationClusterCreate: true, fleetv1.OperationPoolStop: true, fleetv1.OperationPoolStart: true,
		fleetv1.OperationAddonRollback: true, fleetv1.OperationForceDelete: true, "SOMETHING_ELSE": false, "": false,
	} {
		if got := operation.IsTask(task); got != want {
			t.Errorf("IsTask(%q) = %t", task, got)
		}
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]int64{
		"op-1": 1, "op-1700000000000000": 1700000000000000, "op-": 0, "op-x": 0, "op-01": 0, "op-+1": 0, "example-1": 0, "op-99999999999999999999": 0,
	} {
		if got := operation.Sequence(name); got != want {
			t.Errorf("Sequence(%q) = %d, want %d", name, got, want)
		}
	}
	if got := operation.Name(17); got != "op-17" || operation.Sequence(got) != 17 {
		t.Errorf("Name(17) = %q", got)
	}
}
