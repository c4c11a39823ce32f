//go:build e2e

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/process"
)

// expectNothingLeft waits until neither the hub nor the machine holds anything of a namespace's clusters.
func expectNothingLeft(ctx context.Context, namespace string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(releases(ctx, g, namespace)).To(BeEmpty())
		sources := &sourcev1.OCIRepositoryList{}
		g.Expect(hub.client.List(ctx, sources, client.InNamespace(namespace))).To(Succeed())
		g.Expect(sources.Items).To(BeEmpty())
		reports := &fleetv1.AdapterStatusList{}
		g.Expect(hub.client.List(ctx, reports, client.InNamespace(namespace))).To(Succeed())
		g.Expect(reports.Items).To(BeEmpty())
		secrets := &corev1.SecretList{}
		g.Expect(hub.client.List(ctx, secrets, client.InNamespace(namespace))).To(Succeed())
		g.Expect(secrets.Items).To(BeEmpty())
		g.Expect(tenantFolders(g, namespace)).To(BeEmpty())
	}).WithContext(ctx).Should(Succeed())
	running, err := process.FindUnder(filepath.Join(hub.stateDir, "tenants"))
	Expect(err).NotTo(HaveOccurred())
	for _, p := range running {
		Expect(p.RecordFile()).NotTo(ContainSubstring(namespace + "_"))
	}
}

// tenantFolders returns the folders of the kwok-adapter's control planes for a namespace.
func tenantFolders(g Gomega, namespace string) []string {
	entries, err := os.ReadDir(filepath.Join(hub.stateDir, "tenants"))
	g.Expect(err).NotTo(HaveOccurred())
	var names []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), namespace+"_") {
			names = append(names, entry.Name())
		}
	}
	return names
}

// killTenant ends all processes of a tenant control plane with SIGKILL: an outage without warning.
func killTenant(namespace string) {
	GinkgoHelper()
	running, err := process.FindUnder(filepath.Join(hub.stateDir, "tenants"))
	Expect(err).NotTo(HaveOccurred())
	for _, p := range running {
		if strings.Contains(p.RecordFile(), namespace+"_") {
			Expect(syscall.Kill(p.PID, syscall.SIGKILL)).To(Succeed())
		}
	}
}

var _ = Describe("Deletion", func() {
	It("of a namespace with everything in it does not hang", func(ctx SpecContext) {
		cluster := newCluster(tenantNamespace(ctx, "doomed"), "doomed", "kwok")
		pool := newPool(cluster, "default-worker", 1)
		addon := newAddon(cluster, "hub", "jupyterhub", "3.3.8")
		for _, obj := range []client.Object{cluster, pool, addon} {
			Expect(hub.client.Create(ctx, obj)).To(Succeed())
		}
		eventuallyReady(ctx, addon)
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: cluster.Namespace}}
		Expect(hub.client.Delete(ctx, namespace)).To(Succeed())
		eventuallyGone(ctx, namespace)
		Eventually(func(g Gomega) { g.Expect(tenantFolders(g, cluster.Namespace)).To(BeEmpty()) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(2*patience))

	It("of an add-on is not wedged by an imported cluster that is gone, and says so", func(ctx SpecContext) {
		other := startControlPlane(ctx, "vanishing")
		cluster := importCluster(ctx, tenantNamespace(ctx, "gone"), "gone", other)
		joinNode(ctx, tenantClient(ctx, cluster), "a")
		addon := newAddon(cluster, "ray", "kuberay", "1.1.0")
		Expect(hub.client.Create(ctx, addon)).To(Succeed())
		eventuallyReady(ctx, addon)

		Expect(other.Destroy(ctx)).To(Succeed())
		Expect(hub.client.Delete(ctx, addon)).To(Succeed())
		eventuallyGone(ctx, addon)
		Eventually(func(g Gomega) {
			g.Expect(kubectl(ctx, "get", "events", "--namespace="+cluster.Namespace)).To(ContainSubstring("ReleaseAbandoned"))
		}).WithContext(ctx).Should(Succeed())
		Expect(hub.client.Delete(ctx, cluster)).To(Succeed())
		eventuallyGone(ctx, cluster)
	}, NodeTimeout(2*patience))

	It("of a cluster goes through while its control plane is killed", func(ctx SpecContext) {
		cluster := newCluster(tenantNamespace(ctx, "killed"), "killed", "kwok")
		addon := newAddon(cluster, "ray", "kuberay", "1.1.0")
		for _, obj := range []client.Object{cluster, newPool(cluster, "default-worker", 1), addon} {
			Expect(hub.client.Create(ctx, obj)).To(Succeed())
		}
		eventuallyReady(ctx, addon)
		Expect(hub.client.Delete(ctx, cluster)).To(Succeed())
		killTenant(cluster.Namespace)
		eventuallyGone(ctx, cluster)
		expectNothingLeft(ctx, cluster.Namespace)
	}, NodeTimeout(2*patience))
})
