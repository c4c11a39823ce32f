//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// restAccount makes a service account that administers the fleet in a namespace, and returns a REST client that is it.
func restAccount(ctx context.Context, namespace string) *restClient {
	GinkgoHelper()
	account := "system:serviceaccount:" + namespace + ":rest"
	kubectl(ctx, "create", "serviceaccount", "rest", "--namespace="+namespace)
	for _, role := range []string{"slipway-viewer", "slipway-editor", "slipway-admin"} {
		kubectl(ctx, "create", "rolebinding", role, "--namespace="+namespace, "--clusterrole="+role, "--serviceaccount="+namespace+":rest")
	}
	// A facade that asked before would remember the refusal for a while.
	Eventually(func(g Gomega) {
		for _, verb := range []string{"list", "create", "patch", "delete"} {
			output, err := tryKubectl(ctx, "", "auth", "can-i", verb, "addons.fleet.slipway.dev", "--namespace="+namespace, "--as="+account)
			g.Expect(err).NotTo(HaveOccurred(), output)
		}
	}).WithContext(ctx).Should(Succeed())
	return newRESTClient("SLIPWAY_URL", strings.TrimSpace(kubectl(ctx, "create", "token", "rest", "--namespace="+namespace)))
}

// deployments returns what identifies the Deployments in a namespace of a tenant.
func deployments(ctx context.Context, g Gomega, tenant client.Client, namespace string) map[string]types.UID {
	list := &appsv1.DeploymentList{}
	g.Expect(tenant.List(ctx, list, client.InNamespace(namespace))).To(Succeed())
	found := map[string]types.UID{}
	for _, deployment := range list.Items {
		found[deployment.Name] = deployment.UID
	}
	return found
}

// A tenant's life, from the guide's first request to the end of its namespace.
var _ = Describe("A cluster of one's own", Ordered, func() {
	var (
		rest    *restClient
		cluster *fleetv1.Cluster
		tenant  client.Client
		hubs    *fleetv1.Addon // made by the guide's request
	)

	BeforeAll(func(ctx SpecContext) {
		cluster = newCluster(tenantNamespace(ctx, "own"), "abc-123", "kwok")
		cluster.Spec.KubernetesVersion = "v1.36.2"
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		Expect(hub.client.Create(ctx, newPool(cluster, "default-worker", 1))).To(Succeed())
		rest = restAccount(ctx, cluster.Namespace)
		eventuallyReady(ctx, cluster)
		tenant = tenantClient(ctx, cluster)
	}, NodeTimeout(patience))

	It("answers the IaaS guide's requests as the guide has it", func(ctx SpecContext) {
		var answer reply
		Eventually(func(g Gomega) { // the facade learns a little later than we did that the cluster is ready
			var err error
			answer, err = rest.raw(ctx, http.MethodPost, "/api/clusters/abc-123/addons", []byte(`{"addon": "jupyterhub", "params": {"cpu_limit": 1}}`), nil)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(answer.status).To(Equal(http.StatusAccepted), answer.String())
		}).WithContext(ctx).Should(Succeed())
		name := answer.text("name")
		Expect(name).To(MatchRegexp(`^jupyterhub-[a-z0-9]{4}$`))
		Expect(answer.body).To(And(HaveKeyWithValue("addon_type", "jupyterhub"), HaveKeyWithValue("status", "pending-install"),
			HaveKeyWithValue("version", "3.3.8"), HaveKeyWithValue("message", BeNil())))
		Expect(answer.body).NotTo(HaveKey("info"))

		service := &corev1.Service{}
		Eventually(func(g Gomega) {
			seen, answer := rest.iaas(ctx, g, "abc-123", name)
			g.Expect(seen.status).To(Equal("deployed"))
			g.Expect(tenant.Get(ctx, client.ObjectKey{Namespace: "jupyterhub", Name: name + "-proxy-public"}, service)).To(Succeed())
			g.Expect(answer.body).To(HaveKeyWithValue("info", map[string]any{"web_ui": "http://" + service.Spec.ClusterIP + ":80"}))
		}).WithContext(ctx).Should(Succeed())
		hubs = newAddon(cluster, name, "jupyterhub", "3.3.8")
		eventuallyReady(ctx, hubs)
	}, NodeTimeout(patience))

	It("can have its add-ons from a Flux of its own, and keeps what runs while they move there", func(ctx SpecContext) {
		before := deployments(ctx, Default, tenant, "jupyterhub")
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.AddonDelivery = fleetv1.DeliveryTenant })
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(hubs), hubs)).To(Succeed())
			g.Expect(hubs.Status.Delivery).To(Equal(fleetv1.DeliveryTenant), describe(hubs))
			g.Expect(hubs.Status.MovedFrom).To(BeEmpty(), describe(hubs))
			g.Expect(releases(ctx, g, cluster.Namespace)).To(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
		eventuallyReady(ctx, hubs)
		Expect(deployments(ctx, Default, tenant, "jupyterhub")).To(Equal(before))
	}, NodeTimeout(patience))

	It("has new add-ons installed by its own Flux, and those put right that somebody changed", func(ctx SpecContext) {
		answer := rest.must(ctx, http.MethodPost, "/api/v3/addons", cceAddon("abc-123", "npd", "1.13.5", map[string]any{"rbac_enabled": true}))
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		Eventually(func(g Gomega) {
			seen, _ := rest.cce(ctx, g, "abc-123", "npd")
			g.Expect(seen.status).To(Equal("running"))
		}).WithContext(ctx).Should(Succeed())
		release := &helmv2.HelmRelease{}
		addon := newAddon(cluster, "npd", "npd", "1.13.5")
		eventuallyReady(ctx, addon)
		at := client.ObjectKey{Namespace: addon.Status.HelmReleaseRef.Namespace, Name: addon.Status.HelmReleaseRef.Name}
		Expect(at.Namespace).To(Equal("slipway-addons"))
		Expect(tenant.Get(ctx, at, release)).To(Succeed())
		Expect(release.Spec.KubeConfig).To(BeNil())

		found := deployments(ctx, Default, tenant, "npd")
		Expect(tenant.Delete(ctx, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "npd", Name: "npd"}})).To(Succeed())
		patch := []byte(`{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"e2e"}}}`)
		Expect(tenant.Patch(ctx, release, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(deployments(ctx, g, tenant, "npd")).To(And(HaveKey("npd"), Not(Equal(found))))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))

	It("keeps an add-on that its new version is too new for, and says so", func(ctx SpecContext) {
		template := newTemplate(ctx, "old", "npd", func(template *fleetv1.AddonTemplate) {
			for i := range template.Spec.Versions {
				template.Spec.Versions[i].KubernetesVersions = "<1.37.0"
			}
		})
		addon := newAddon(cluster, template.Name, template.Name, "1.13.5")
		install(ctx, addon)
		eventuallyReady(ctx, addon)
		before := deployments(ctx, Default, tenant, template.Name)
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.37.1" })
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), addon)).To(Succeed())
			g.Expect(describe(addon)).To(And(ContainSubstring(fleetv1.ReasonVersionNotAllowed), ContainSubstring("<1.37.0")))
			g.Expect(kubectl(ctx, "get", "events", "--namespace="+cluster.Namespace, "--field-selector=reason="+fleetv1.ReasonVersionNotAllowed)).
				To(ContainSubstring(addon.Name))
		}).WithContext(ctx).Should(Succeed())
		Expect(deployments(ctx, Default, tenant, template.Name)).To(Equal(before))
	}, NodeTimeout(patience))

	It("goes with its namespace in the middle of an upgrade", func(ctx SpecContext) {
		change(ctx, hubs, func(a *fleetv1.Addon) {
			a.Spec.Version = "3.3.9"
			a.Spec.Params = params(map[string]any{"node_selector": map[string]string{"nowhere": "true"}})
		})
		eventuallyCondition(ctx, hubs, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: cluster.Namespace}}
		Expect(hub.client.Delete(ctx, namespace)).To(Succeed())
		eventuallyGone(ctx, namespace)
		expectNothingLeft(ctx, cluster.Namespace)
	}, NodeTimeout(2*patience))
})
