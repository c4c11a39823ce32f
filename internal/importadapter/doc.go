// Package importadapter is the adapter for clusters that exist already. It is built into the manager and required by name
// (import) by Platforms such as config/samples' imported.
//
// A Cluster on such a Platform comes with a Secret that holds its kubeconfig. The adapter checks that the cluster answers and
// reports its endpoint and version; for each NodePool it reports the nodes that carry the pool's labels. What it reports:
//
//	namespace not open to the manager      Available=False    NamespaceNotOpen
//	Secret or key missing                  Available=False    KubeconfigMissing
//	kubeconfig refused by internal/remote  Available=False    KubeconfigInvalid, and Stalled=True
//	cluster refuses the credentials        Available=False    CredentialsRefused
//	cluster never answered                 Available=False    ClusterUnreachable
//	cluster stopped answering              Available=Unknown  ClusterUnreachable
//	cluster answers                        Available=True     ClusterAnswers
//
// An imported pool is as it is: the number of nodes found is reported, the number wished is not enforced, and a difference
// does not make the pool unavailable. Likewise a Cluster's spec.kubernetesVersion asks for nothing here.
//
// Secrets are not watched but read again: every 30 s, and sooner, with backoff, while something is amiss.
//
// The adapter only reads: GET requests to the tenant, nothing else. On deletion it lets go at once and touches nothing, so
// that a cluster that is gone holds nobody up.
package importadapter
