//go:build e2e

package e2e

import (
	"context"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/controlplane"
)

// startControlPlane starts a control plane that Slipway did not make, and ends it after the spec.
func startControlPlane(ctx context.Context, name string) *controlplane.ControlPlane {
	GinkgoHelper()
	other, err := controlplane.Open(controlplane.Options{
		Dir:               filepath.Join(hub.stateDir, "others", name),
		BinDir:            hub.binDir,
		ControllerManager: true,
		Scheduler:         true,
		Kwok:              true,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(other.Destroy(ctx)).To(Succeed()) }, NodeTimeout(patience))
	Expect(other.Start(ctx)).To(Succeed())
	return other
}

// kubeconfigSecret writes the Secret by which a cluster is imported.
func kubeconfigSecret(ctx context.Context, namespace, cluster string, kubeconfig []byte) {
	GinkgoHelper()
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: cluster + "-kubeconfig"},
		Data:       map[string][]byte{fleetv1.KubeconfigKey: kubeconfig},
	}
	Expect(hub.client.Create(ctx, secret)).To(Succeed())
}

// importCluster imports a control plane and waits until it is Ready.
func importCluster(ctx context.Context, namespace, name string, other *controlplane.ControlPlane) *fleetv1.Cluster {
	GinkgoHelper()
	kubeconfig, err := other.AdminKubeconfig()
	Expect(err).NotTo(HaveOccurred())
	kubeconfigSecret(ctx, namespace, name, kubeconfig)
	cluster := newCluster(namespace, name, "imported")
	Expect(hub.client.Create(ctx, cluster)).To(Succeed())
	eventuallyReady(ctx, cluster)
	return cluster
}

// joinNode adds a simulated node, with the label pool=metal, to a cluster that Slipway did not make.
func joinNode(ctx context.Context, tenant client.Client, name string) {
	GinkgoHelper()
	room := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("8"),
		corev1.ResourceMemory: resource.MustParse("16Gi"),
		corev1.ResourcePods:   resource.MustParse("110"),
	}
	Expect(tenant.Create(ctx, &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"pool": "metal"}},
		Status:     corev1.NodeStatus{Allocatable: room, Capacity: room},
	})).To(Succeed())
}

var _ = Describe("An imported cluster", Ordered, func() {
	var (
		other   *controlplane.ControlPlane
		cluster *fleetv1.Cluster
		tenant  client.Client
	)

	BeforeAll(func(ctx SpecContext) {
		other = startControlPlane(ctx, "second")
		cluster = importCluster(ctx, tenantNamespace(ctx, "imported"), "second", other)
		tenant = tenantClient(ctx, cluster)
	}, NodeTimeout(patience))

	It("shows its endpoint and version", func() {
		Expect(cluster.Status.APIEndpoint).To(Equal(other.Endpoint()))
		Expect(cluster.Status.KubernetesVersion).To(Equal("v1.37.1"))
	})

	It("shows its nodes in pools, by label", func(ctx SpecContext) {
		joinNode(ctx, tenant, "a")
		joinNode(ctx, tenant, "b")
		pool := newPool(cluster, "metal", 2)
		pool.Spec.NodeSelector = map[string]string{"pool": "metal"}
		Expect(hub.client.Create(ctx, pool)).To(Succeed())
		eventuallyReady(ctx, pool)
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(pool), pool)).To(Succeed())
			g.Expect(pool.Status.ReadyReplicas).To(BeEquivalentTo(2))
			g.Expect(pool.Status.Nodes).To(HaveLen(2))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))

	It("takes add-ons like any other", func(ctx SpecContext) {
		addon := newAddon(cluster, "hub", "jupyterhub", "3.3.8")
		Expect(hub.client.Create(ctx, addon)).To(Succeed())
		eventuallyReady(ctx, addon)
		Eventually(func(g Gomega) {
			g.Expect(notebooks(ctx, g, tenant)).NotTo(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
		Expect(hub.client.Delete(ctx, addon)).To(Succeed())
		eventuallyGone(ctx, addon)
		Expect(notebooks(ctx, NewWithT(GinkgoTB()), tenant)).To(BeEmpty())
	}, NodeTimeout(patience))

	It("turns unknown when it stops answering, and recovers by itself", func(ctx SpecContext) {
		Expect(other.Stop(ctx)).To(Succeed())
		report := &fleetv1.AdapterStatus{}
		key := client.ObjectKey{
			Namespace: cluster.Namespace,
			Name:      fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: cluster.Name}, "import"),
		}
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, key, report)).To(Succeed())
			available := report.Report.Condition(fleetv1.ReportAvailable)
			g.Expect(available).NotTo(BeNil())
			g.Expect(available.Status).To(Equal(metav1.ConditionUnknown))
			g.Expect(available.Reason).To(Equal(fleetv1.ReasonClusterUnreachable))
		}).WithContext(ctx).Should(Succeed())
		condition := eventuallyCondition(ctx, cluster, "ImportSuccessful", metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable)
		Expect(condition.Message).To(ContainSubstring("connection refused"))
		eventuallyCondition(ctx, cluster, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonAwaitingAdapters)
		Expect(other.Start(ctx)).To(Succeed())
		eventuallyReady(ctx, cluster)
	}, NodeTimeout(2*patience))

	It("is left as it was when it is deleted here", func(ctx SpecContext) {
		Expect(hub.client.Delete(ctx, cluster)).To(Succeed())
		eventuallyGone(ctx, cluster)
		nodes := &corev1.NodeList{}
		Expect(tenant.List(ctx, nodes)).To(Succeed())
		Expect(nodes.Items).To(HaveLen(2))
	}, NodeTimeout(patience))
})

var _ = DescribeTable("A kubeconfig that would make somebody run or open something is refused with the cause",
	func(ctx SpecContext, poison func(string) string, field string) {
		namespace := tenantNamespace(ctx, "poisoned")
		kubeconfigSecret(ctx, namespace, "poisoned", []byte(poison(harmlessKubeconfig)))
		cluster := newCluster(namespace, "poisoned", "imported")
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		condition := eventuallyCondition(ctx, cluster, "ImportSuccessful", metav1.ConditionFalse, fleetv1.ReasonKubeconfigInvalid)
		Expect(condition.Message).To(ContainSubstring(field))
		ready := eventuallyCondition(ctx, cluster, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonAdaptersUnavailable)
		Expect(ready.Message).To(ContainSubstring("import"))
	},
	Entry("an exec plugin", func(k string) string {
		return strings.Replace(k, "token: t", "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/touch, args: [/tmp/slipway-was-here], interactiveMode: Never}", 1)
	}, "exec"),
	Entry("a file path", func(k string) string {
		return strings.Replace(k, "token: t", "tokenFile: /etc/hostname", 1)
	}, "tokenFile"),
	Entry("a file URL", func(k string) string {
		return strings.Replace(k, "https://127.0.0.1:1", "file:///etc/hostname", 1)
	}, "server"),
	Entry("a proxy", func(k string) string {
		return strings.Replace(k, "server:", "proxy-url: http://127.0.0.1:2\n    server:", 1)
	}, "proxy-url"),
)

const harmlessKubeconfig = `apiVersion: v1
kind: Config
current-context: c
contexts:
- name: c
  context: {cluster: c, user: u}
clusters:
- name: c
  cluster:
    server: https://127.0.0.1:1
users:
- name: u
  user: {token: t}
`
