// Package kwokadapter is the adapter of the local environment, and the example for writing others on internal/adapter. For
// every Cluster it runs a real Kubernetes control plane on loopback (internal/controlplane); for every NodePool it keeps
// Node objects in it, which kwok makes ready. Only kubelets are simulated: everything above talks to real API servers.
//
// What is simulated, and what that means:
//
//   - The binaries have one version. A Cluster's kubernetesVersion is reported as wished without changing the binaries; where
//     none is wished, the server's own version is reported. Nodes say the wished version in status.nodeInfo.kubeletVersion,
//     and are never newer than the control plane: until that is upgraded, the nodes of a pool stay what they are.
//   - A node is its Node object. Its id is a UUID kept in spec.providerID as kwok://<id>.
//   - A change of version, machine, role or user script replaces the nodes one after the other, within the pool's spec.rollout.
//     Nodes that are stopped are left alone until they are started. A user script is not run: its Secret is named in the
//     annotation kwok.slipway.dev/user-script of the node.
//   - No network plugin runs. A node says by the label kwok.slipway.dev/cni which one it would run, and by the annotation
//     kwok.slipway.dev/network on which addresses. A change of either replaces the nodes of one pool after the other, within the
//     Cluster's spec.rollout, and the Cluster is not available again before all nodes that are on have changed.
//   - Access control and the visibility of the API endpoint are written down, not enforced, in the ConfigMap
//     kube-system/kwok-platform of the tenant. So are service gateways, which are also annotations
//     gateway.kwok.slipway.dev/<gateway> of the nodes, without a new machine.
//   - Certificates are real. When spec.certificates.renewAfter has come, there is a new certificate authority, the kubeconfig and
//     the Secret <cluster>-ca change, and what the old authority signed is refused.
//   - A stopped node is cordoned, tainted (its pods go) and NotReady, by a kwok stage of our own.
//   - With autoscaling enabled, spec.replicas is kept within its bounds. Nothing measures load: the settings of pools are written
//     into the ConfigMap kube-system/kwok-autoscaler of the tenant, where an autoscaler would read them.
//   - Where the tenant's own Flux delivers add-ons (addonDelivery: Tenant on the Cluster or its Platform), Flux's
//     source-controller and helm-controller run beside the control plane, with their kinds, and the condition Flux of the
//     report says so. They stay when the delivery changes, as an installed Flux would, and go with the tenant.
//
// The annotation kwok.slipway.dev/fail on a Cluster or NodePool provokes a failure: its value is reported as what stalls the
// object, until it is taken away. A deletion goes through regardless, unless kwok.slipway.dev/fail-deletion makes it fail.
//
// Everything about a tenant lies in <state-dir>/<namespace>_<cluster>_<uid>. The adapter can be killed at any time: its next
// start takes over the control planes that run, and removes those whose Cluster is gone. It leaves tenants running when it
// ends. cmd/kwok-adapter is its only caller, and nothing else may import it. It binds loopback only.
package kwokadapter
