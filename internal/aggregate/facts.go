package aggregate

import (
	"cmp"
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// ClusterFacts returns what the reports up to the generation say about a Cluster. Each field comes from the first report
// that gives it, where reports at a higher generation come first and, at one generation, adapters in alphabetical order.
// Times do not decide, since two adapters that report in turn would then change the facts in turn. The checksum of a
// kubeconfig comes with the name of its Secret: the two are one fact.
func ClusterFacts(reports []AdapterReport, generation int64) fleetv1.ClusterFacts {
	var facts fleetv1.ClusterFacts
	for _, r := range byPrecedence(reports, generation) {
		said := r.Report.Cluster
		if said == nil {
			continue
		}
		facts.APIEndpoint = cmp.Or(facts.APIEndpoint, said.APIEndpoint)
		facts.KubernetesVersion = cmp.Or(facts.KubernetesVersion, said.KubernetesVersion)
		if facts.KubeconfigSecretName == "" && said.KubeconfigSecretName != "" {
			facts.KubeconfigSecretName = said.KubeconfigSecretName
			facts.KubeconfigChecksum = said.KubeconfigChecksum
		}
		if facts.CertificateExpiry == nil && said.CertificateExpiry != nil {
			expiry := inSeconds(said.CertificateExpiry.Time)
			facts.CertificateExpiry = &expiry
		}
	}
	return facts
}

// NodePoolFacts returns what the reports up to the generation say about a NodePool, in the order of precedence of
// ClusterFacts. Nodes and their counts are one fact and come from the first report that has facts about the pool at all,
// since a count of 0 is a count: an adapter that knows nothing of nodes leaves the facts out. Nodes are sorted by name,
// then id.
func NodePoolFacts(reports []AdapterReport, generation int64) fleetv1.NodePoolFacts {
	var facts fleetv1.NodePoolFacts
	counted := false
	for _, r := range byPrecedence(reports, generation) {
		said := r.Report.NodePool
		if said == nil {
			continue
		}
		facts.KubernetesVersion = cmp.Or(facts.KubernetesVersion, said.KubernetesVersion)
		if !counted {
			counted = true
			facts.Replicas, facts.ReadyReplicas = said.Replicas, said.ReadyReplicas
			facts.Nodes = sortedNodes(said.Nodes)
		}
	}
	return facts
}

// byPrecedence returns the reports up to the generation, those at a higher one first, then by adapter.
func byPrecedence(reports []AdapterReport, generation int64) []AdapterReport {
	kept := upTo(generation, reports)
	slices.SortStableFunc(kept, func(a, b AdapterReport) int {
		return cmp.Compare(b.Report.ObservedGeneration, a.Report.ObservedGeneration)
	})
	return kept
}

// sortedNodes returns a copy of the nodes sorted by name, then id.
func sortedNodes(nodes []fleetv1.Node) []fleetv1.Node {
	return slices.SortedFunc(slices.Values(nodes), func(a, b fleetv1.Node) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}
