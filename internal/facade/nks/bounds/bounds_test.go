package bounds_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestWhatAPlatformAllows(t *testing.T) {
	type allowed struct {
		Nodes              int32
		Reserved, Versions []string
	}
	others := []fleetv1.KubernetesVersion{{Version: "v1.30.3"}}
	for name, tc := range map[string]struct {
		platform *fleetv1.Platform
		want     allowed
	}{
		"no platform": {want: allowed{10, []string{"169.254.0.0/16", "198.18.0.0/19"}, []string{"v1.30.3"}}},
		"one that says nothing": {
			platform: fixture.Platform("metal"), want: allowed{10, nil, []string{"v1.30.3"}},
		},
		"one that says all": {
			platform: fixture.Platform("metal", func(p *fleetv1.Platform) {
				p.Spec.MaxNodesPerPool, p.Spec.ReservedCIDRs = 3, []string{"10.0.0.0/8"}
				p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.37.1"}, {Version: "v1.36.2"}}
			}),
			want: allowed{3, []string{"10.0.0.0/8"}, []string{"v1.37.1", "v1.36.2"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := allowed{bounds.Nodes(tc.platform), bounds.Reserved(tc.platform), bounds.Versions(tc.platform, others)}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("allowed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNetworksOfPods(t *testing.T) {
	type numbers struct{ Least, Subnet, Subnets int }
	for name, tc := range map[string]struct {
		network fleetv1.ClusterNetwork
		want    numbers
	}{
		"one that names nothing":               {want: numbers{20, 24, 253}},
		"the example of the published rules":   {network: fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/22", PodSubnetPrefix: new(int32(24))}, want: numbers{24, 24, 1}},
		"a small one has smaller subnets":      {network: fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/24"}, want: numbers{26, 26, 1}},
		"a large one with small subnets":       {network: fleetv1.ClusterNetwork{PodCIDR: "10.0.0.0/8", PodSubnetPrefix: new(int32(28))}, want: numbers{20, 28, 1<<20 - 3}},
		"subnets that are larger than the net": {network: fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/24", PodSubnetPrefix: new(int32(20))}, want: numbers{26, 20, -2}},
	} {
		t.Run(name, func(t *testing.T) {
			got := numbers{bounds.LeastSubnet(bounds.Pods(&tc.network)), bounds.Subnet(&tc.network), bounds.Subnets(&tc.network)}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("numbers (-want +got):\n%s", diff)
			}
		})
	}
	if got := bounds.Pods(&fleetv1.ClusterNetwork{PodCIDR: "everywhere"}); got != (netip.Prefix{}) {
		t.Errorf("what is no network reads as %s", got)
	}
}

func TestScaleDown(t *testing.T) {
	body := map[string]any{"ca_scale_down_enable": "False", "ca_scale_down_unneeded_time": "5000", "ca_scale_down_delay_after_add": "9"}
	read := fields.Read(body)
	got := bounds.ScaleDown(read, false)
	want := fleetv1.ScaleDown{Enabled: new(false), UnneededMinutes: new(int32(5000)), DelayAfterAddMinutes: new(int32(9))}
	if diff := cmp.Diff(want, got); diff != "" || read.Err() != nil {
		t.Errorf("settings (-want +got), %v:\n%s", read.Err(), diff)
	}
	strict := fields.Read(body)
	if got := bounds.ScaleDown(strict, true); got.UnneededMinutes != nil || got.DelayAfterAddMinutes != nil || strict.Err() == nil {
		t.Errorf("the strict rules let %+v through, %v", got, strict.Err())
	}
}
