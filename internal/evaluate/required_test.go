package evaluate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestRequired(t *testing.T) {
	platform := fixture.Platform("metal", func(p *fleetv1.Platform) {
		p.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"infra", "dns"}, NodePool: []string{"nodes"}}
	})
	heard := []aggregate.AdapterReport{{Adapter: "dns"}, {Adapter: "extra"}}
	for name, tc := range map[string]struct {
		platform      *fleetv1.Platform
		kind          string
		circumstances circumstances
		want          []string
	}{
		"a living Cluster needs what the Platform requires":   {platform: platform, kind: fleetv1.KindCluster, want: []string{"infra", "dns"}},
		"a living NodePool needs what the Platform requires":  {platform: platform, kind: fleetv1.KindNodePool, want: []string{"nodes"}},
		"without a Platform a living object needs nobody yet": {kind: fleetv1.KindCluster},
		"a deleted one needs the same": {
			platform: platform, kind: fleetv1.KindCluster, circumstances: circumstances{deleting: true}, want: []string{"infra", "dns"},
		},
		"without a Platform a deleted one needs those that reported": {
			kind: fleetv1.KindCluster, circumstances: circumstances{deleting: true}, want: []string{"dns", "extra"},
		},
		"in a terminating namespace a deleted one needs those of the required that reported": {
			platform: platform, kind: fleetv1.KindCluster,
			circumstances: circumstances{deleting: true, terminating: true}, want: []string{"dns"},
		},
		"in a terminating namespace a living one needs all": {
			platform: platform, kind: fleetv1.KindCluster, circumstances: circumstances{terminating: true}, want: []string{"infra", "dns"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := required(tc.platform, tc.kind, heard, tc.circumstances)
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("required adapters (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"infra", "dns"}, platform.Required(fleetv1.KindCluster)); diff != "" {
				t.Errorf("the Platform was changed (-want +got):\n%s", diff)
			}
		})
	}
}
