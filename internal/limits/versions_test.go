package limits_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func messages(faults []params.Fault) []string {
	var list []string
	for _, fault := range faults {
		list = append(list, fault.Path+": "+fault.Message)
	}
	return list
}

// clusterAt returns a Cluster with a version that is wished and one that is reported.
func clusterAt(wished, reported string) *fleetv1.Cluster {
	return fixture.Cluster("ns", "c", func(c *fleetv1.Cluster) {
		c.Spec.KubernetesVersion, c.Status.KubernetesVersion = wished, reported
	})
}

func poolAt(version string) *fleetv1.NodePool {
	return fixture.NodePool("ns", "c-workers", "c", func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = version })
}

func TestControlPlaneVersion(t *testing.T) {
	back := func(wished, present string) string {
		return "spec.kubernetesVersion: " + wished + " is below " + present +
			", the present version of the control plane, which cannot go back; choose " + present + " or a later one"
	}
	for name, tc := range map[string]struct {
		wished, reported, after, pool string
		want                          []string
	}{
		"an upgrade":                                    {wished: "v1.36.2", reported: "v1.36.2", after: "v1.37.1"},
		"a downgrade":                                   {wished: "v1.37.1", reported: "v1.37.1", after: "v1.36.2", want: []string{back("v1.36.2", "v1.37.1")}},
		"by number, not by letter":                      {wished: "v1.9.3", reported: "v1.9.3", after: "v1.10.0"},
		"a patch back":                                  {wished: "v1.36.4", reported: "v1.36.4", after: "v1.36.2", want: []string{back("v1.36.2", "v1.36.4")}},
		"a vendor's suffix is none":                     {wished: "v1.36.2", reported: "v1.36.2-vendor.7", after: "v1.36.2+build"},
		"an upgrade that did not begin":                 {wished: "v1.37.1", reported: "v1.36.2", after: "v1.36.2", pool: "v1.36.2"},
		"below one that did not begin, and the nodes":   {wished: "v1.37.1", reported: "v1.36.2", after: "v1.36.4", pool: "v1.37.1", want: []string{"spec.kubernetesVersion: v1.36.4 is below v1.37.1, the version of NodePool c-workers; nodes must not be newer than the control plane"}},
		"below what was wished and nobody reports":      {wished: "v1.37.1", after: "v1.36.2", want: []string{back("v1.36.2", "v1.37.1")}},
		"below what the adapter chose":                  {reported: "v1.37.1", after: "v1.36.2", want: []string{back("v1.36.2", "v1.37.1")}},
		"the first version of all":                      {after: "v1.36.2", pool: "v1.36.2"},
		"the adapter's choice again":                    {wished: "v1.36.2", reported: "v1.36.2", pool: "v1.36.2"},
		"unchanged, though nodes were accepted earlier": {wished: "v1.36.2", reported: "v1.37.1", after: "v1.36.2", pool: "v1.37.1"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := limits.ControlPlaneVersion(clusterAt(tc.wished, tc.reported), clusterAt(tc.after, tc.reported),
				[]fleetv1.NodePool{*poolAt(""), *poolAt(tc.pool)})
			if diff := cmp.Diff(tc.want, messages(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNodeVersion(t *testing.T) {
	above := []string{"spec.kubernetesVersion: v1.37.1 is above v1.36.2, the version of Cluster c; raise that first, nodes must not be newer than the control plane"}
	for name, tc := range map[string]struct {
		before           *fleetv1.NodePool
		after            string
		wished, reported string
		want             []string
	}{
		"new nodes above the cluster":                   {after: "v1.37.1", wished: "v1.36.2", want: above},
		"new nodes below the cluster":                   {after: "v1.35.0", wished: "v1.36.2"},
		"nodes raised above the cluster":                {before: poolAt("v1.36.2"), after: "v1.37.1", wished: "v1.36.2", reported: "v1.36.2", want: above},
		"nodes raised to what the cluster is raised to": {before: poolAt("v1.36.2"), after: "v1.37.1", wished: "v1.37.1", reported: "v1.36.2"},
		"above what the adapter chose":                  {after: "v1.37.1", reported: "v1.36.2", want: above},
		"the cluster has no version yet":                {after: "v1.37.1"},
		"the cluster's version":                         {before: poolAt("v1.36.2"), wished: "v1.36.2"},
		"accepted earlier":                              {before: poolAt("v1.37.1"), after: "v1.37.1", wished: "v1.36.2"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := limits.NodeVersion(tc.before, poolAt(tc.after), clusterAt(tc.wished, tc.reported))
			if diff := cmp.Diff(tc.want, messages(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
