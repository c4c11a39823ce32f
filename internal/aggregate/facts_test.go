package aggregate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func ofCluster(generation int64, facts fleetv1.ClusterFacts) *fleetv1.Report {
	report := says(generation, "Available=True")
	report.Cluster = &facts
	return report
}

func ofPool(generation int64, facts fleetv1.NodePoolFacts) *fleetv1.Report {
	report := says(generation, "Available=True")
	report.NodePool = &facts
	return report
}

func TestClusterFacts(t *testing.T) {
	expiry := metav1.NewTime(epoch.Add(1500000000))
	wholeExpiry := second(1)
	laterAtOne := ofCluster(1, fleetv1.ClusterFacts{APIEndpoint: "https://z"})
	laterAtOne.ObservedTime = micro(999)
	cases := map[string]struct {
		reports []AdapterReport
		want    fleetv1.ClusterFacts
	}{
		"no report says anything": {by("a", says(1), "b", nil), fleetv1.ClusterFacts{}},
		"a higher generation goes first, field by field": {
			by("a", ofCluster(1, fleetv1.ClusterFacts{APIEndpoint: "https://old", KubernetesVersion: "v1.30.0"}),
				"b", ofCluster(2, fleetv1.ClusterFacts{APIEndpoint: "https://new"})),
			fleetv1.ClusterFacts{APIEndpoint: "https://new", KubernetesVersion: "v1.30.0"},
		},
		"at one generation the alphabetically first adapter, not the latest": {
			by("z", laterAtOne, "b", ofCluster(1, fleetv1.ClusterFacts{APIEndpoint: "https://b"})),
			fleetv1.ClusterFacts{APIEndpoint: "https://b"},
		},
		"above the generation nothing counts": {
			by("a", ofCluster(3, fleetv1.ClusterFacts{APIEndpoint: "https://future"}), "b", ofCluster(2, fleetv1.ClusterFacts{APIEndpoint: "https://now"})),
			fleetv1.ClusterFacts{APIEndpoint: "https://now"},
		},
		"a checksum belongs to the Secret that comes with it": {
			by("a", ofCluster(2, fleetv1.ClusterFacts{KubeconfigSecretName: "mine"}),
				"b", ofCluster(1, fleetv1.ClusterFacts{KubeconfigSecretName: "theirs", KubeconfigChecksum: "12"}),
				"c", ofCluster(2, fleetv1.ClusterFacts{KubeconfigChecksum: "34"})),
			fleetv1.ClusterFacts{KubeconfigSecretName: "mine"},
		},
		"the expiry is in whole seconds, as it is stored": {
			by("a", ofCluster(1, fleetv1.ClusterFacts{}), "b", ofCluster(1, fleetv1.ClusterFacts{CertificateExpiry: &expiry})),
			fleetv1.ClusterFacts{CertificateExpiry: &wholeExpiry},
		},
		"facts count whatever Available says": {
			by("a", func() *fleetv1.Report {
				report := says(1, "Available=Unknown")
				report.Cluster = &fleetv1.ClusterFacts{APIEndpoint: "https://a"}
				return report
			}()),
			fleetv1.ClusterFacts{APIEndpoint: "https://a"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ClusterFacts(c.reports, 2)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestNodePoolFacts(t *testing.T) {
	nodes := []fleetv1.Node{{Name: "b", ID: "1"}, {Name: "a", ID: "3"}, {Name: "a", ID: "2"}}
	sorted := []fleetv1.Node{{Name: "a", ID: "2"}, {Name: "a", ID: "3"}, {Name: "b", ID: "1"}}
	cases := map[string]struct {
		reports []AdapterReport
		want    fleetv1.NodePoolFacts
	}{
		"no report says anything": {by("a", says(1)), fleetv1.NodePoolFacts{}},
		"nodes are sorted by name, then id": {
			by("a", ofPool(1, fleetv1.NodePoolFacts{Replicas: 3, ReadyReplicas: 2, Nodes: nodes})),
			fleetv1.NodePoolFacts{Replicas: 3, ReadyReplicas: 2, Nodes: sorted},
		},
		"a count of 0 is a count": {
			by("a", ofPool(1, fleetv1.NodePoolFacts{Replicas: 3, ReadyReplicas: 3, KubernetesVersion: "v1.30.0", Nodes: nodes}),
				"b", ofPool(2, fleetv1.NodePoolFacts{})),
			fleetv1.NodePoolFacts{KubernetesVersion: "v1.30.0"},
		},
		"an adapter that leaves the facts out knows nothing of nodes": {
			by("a", says(2, "Available=True"), "b", ofPool(1, fleetv1.NodePoolFacts{Replicas: 1, ReadyReplicas: 1})),
			fleetv1.NodePoolFacts{Replicas: 1, ReadyReplicas: 1},
		},
		"above the generation nothing counts": {
			by("a", ofPool(3, fleetv1.NodePoolFacts{Replicas: 9}), "b", ofPool(2, fleetv1.NodePoolFacts{Replicas: 1})),
			fleetv1.NodePoolFacts{Replicas: 1},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, NodePoolFacts(c.reports, 2)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if nodes[0].Name != "b" {
		t.Error("the reported nodes were sorted in place")
	}
}
