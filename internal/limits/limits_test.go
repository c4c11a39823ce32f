package limits_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func platform() *fleetv1.Platform {
	return fixture.Platform("metal", func(p *fleetv1.Platform) {
		p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.33.1"}, {Version: "v1.32.5"}}
		p.Spec.MaxNodesPerPool = 3
		p.Spec.ReservedCIDRs = []string{"169.254.0.0/16", "10.0.0.0/12"}
		p.Spec.ClusterParametersSchema = fixture.JSON(`{"type":"object","required":["size"]}`)
		p.Spec.NodePoolParametersSchema = fixture.JSON(`{"type":"object","properties":{"disk":{"type":"integer"}}}`)
	})
}

func paths(faults []params.Fault) []string {
	var list []string
	for _, fault := range faults {
		list = append(list, fault.Path)
	}
	return list
}

func TestCluster(t *testing.T) {
	sized := fixture.JSON(`{"size":"s"}`)
	for name, tc := range map[string]struct {
		spec fleetv1.ClusterSpec
		want []string
	}{
		"what the platform allows has no fault": {
			spec: fleetv1.ClusterSpec{KubernetesVersion: "v1.32.5", Parameters: sized,
				Network: &fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/16", ServiceCIDR: "10.254.0.0/16"}},
		},
		"no version and no network are fine": {spec: fleetv1.ClusterSpec{Parameters: sized}},
		"a version must be on offer": {
			spec: fleetv1.ClusterSpec{KubernetesVersion: "v1.31.0", Parameters: sized},
			want: []string{"spec.kubernetesVersion"},
		},
		"a network inside a reserved one is refused, and one around it": {
			spec: fleetv1.ClusterSpec{Parameters: sized,
				Network: &fleetv1.ClusterNetwork{PodCIDR: "10.3.0.0/16", ServiceCIDR: "169.0.0.0/8"}},
			want: []string{"spec.network.podCIDR", "spec.network.serviceCIDR"},
		},
		"parameters that are not given are checked as empty": {
			want: []string{"spec.parameters.size"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := paths(limits.Cluster(&fleetv1.Cluster{Spec: tc.spec}, platform()))
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNodePool(t *testing.T) {
	born := metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	sibling := func(name, poolName string, age time.Duration) fleetv1.NodePool {
		pool := fixture.NodePool("ns", name, "c", fixture.PoolName(poolName))
		pool.CreationTimestamp = metav1.NewTime(born.Add(-age))
		return *pool
	}
	limit := int32(4)
	for name, tc := range map[string]struct {
		change   func(*fleetv1.NodePool)
		siblings []fleetv1.NodePool
		want     []string
	}{
		"what the platform allows has no fault": {change: fixture.Replicas(3)},
		"more nodes than allowed":               {change: fixture.Replicas(4), want: []string{"spec.replicas"}},
		"more nodes than allowed by autoscaling": {
			change: func(p *fleetv1.NodePool) { p.Spec.Autoscaling = &fleetv1.Autoscaling{MaxReplicas: &limit} },
			want:   []string{"spec.autoscaling.maxReplicas"},
		},
		"a version must be on offer": {
			change: func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.31.0" },
			want:   []string{"spec.kubernetesVersion"},
		},
		"parameters must satisfy the schema": {
			change: func(p *fleetv1.NodePool) { p.Spec.Parameters = fixture.JSON(`{"disk":"big"}`) },
			want:   []string{"spec.parameters.disk"},
		},
		"an older pool keeps its name":                      {siblings: []fleetv1.NodePool{sibling("x", "m", time.Hour)}, want: []string{"spec.poolName"}},
		"a younger pool takes nothing":                      {siblings: []fleetv1.NodePool{sibling("x", "m", -time.Hour)}},
		"of two pools of one second the first by name wins": {siblings: []fleetv1.NodePool{sibling("a", "m", 0), sibling("z", "m", 0)}, want: []string{"spec.poolName"}},
		"an own name counts as a pool name":                 {siblings: []fleetv1.NodePool{sibling("m", "", time.Hour)}, want: []string{"spec.poolName"}},
		"the pool itself is no rival":                       {siblings: []fleetv1.NodePool{sibling("pool", "m", 0)}},
		"another pool name is no matter":                    {siblings: []fleetv1.NodePool{sibling("x", "n", time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			pool := sibling("pool", "m", 0)
			if tc.change != nil {
				tc.change(&pool)
			}
			if diff := cmp.Diff(tc.want, paths(limits.NodePool(&pool, platform(), tc.siblings))); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
