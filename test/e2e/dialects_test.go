//go:build e2e

package e2e

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// look is what a door shows of an add-on, in that door's words.
type look struct{ name, template, version, status string }

// iaas shows an add-on in the IaaS dialect.
func (c *restClient) iaas(ctx context.Context, g Gomega, cluster, name string) (look, reply) {
	answer, err := c.send(ctx, http.MethodGet, "/api/clusters/"+cluster+"/addons/"+name, nil, nil)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(answer.status).To(Equal(http.StatusOK), answer.String())
	return look{answer.text("name"), answer.text("addon_type"), answer.text("version"), answer.text("status")}, answer
}

// sdk is how clients of the CCE dialect are known that understand more words than the guide has.
var sdk = http.Header{"User-Agent": {"golangsdk/2.0.0"}}

// cce shows an add-on in the CCE dialect, as an SDK gets it.
func (c *restClient) cce(ctx context.Context, g Gomega, cluster, name string) (look, reply) {
	answer, err := c.send(ctx, http.MethodGet, "/api/v3/addons/"+name+"?cluster_id="+cluster, nil, sdk)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(answer.status).To(Equal(http.StatusOK), answer.String())
	return look{
		answer.text("metadata", "name"), answer.text("spec", "addonTemplateName"), answer.text("spec", "version"), answer.text("status", "status"),
	}, answer
}

// text returns a member of a body, down a path; empty if there is none.
func (r reply) text(path ...string) string {
	var at any = r.body
	for _, name := range path {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	text, _ := at.(string)
	return text
}

// cceAddon is the body of a request that installs or changes an add-on.
func cceAddon(cluster, template, version string, values map[string]any) map[string]any {
	return map[string]any{
		"kind": "Addon", "apiVersion": "v3", "metadata": map[string]any{},
		"spec": map[string]any{
			"clusterID": cluster, "addonTemplateName": template, "version": version, "values": map[string]any{"basic": values},
		},
	}
}

var _ = Describe("One add-on behind three doors", Ordered, func() {
	var rest *restClient
	var template *fleetv1.AddonTemplate

	BeforeAll(func(ctx SpecContext) {
		rest = newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		template = newTemplate(ctx, "doors", "npd", nil)
	})

	// same waits until all doors show one running add-on, and returns it.
	same := func(ctx context.Context, name, version string) *fleetv1.Addon {
		GinkgoHelper()
		list := &fleetv1.AddonList{}
		Eventually(func(g Gomega) {
			seen, _ := rest.iaas(ctx, g, "sample", name)
			g.Expect(seen).To(Equal(look{name, template.Name, version, "deployed"}))
			seen, _ = rest.cce(ctx, g, "sample", name)
			g.Expect(seen).To(Equal(look{name, template.Name, version, "running"}))
		}).WithContext(ctx).Should(Succeed())
		Expect(hub.client.List(ctx, list, client.InNamespace("team-a"))).To(Succeed())
		for i := range list.Items {
			if addon := &list.Items[i]; addon.Spec.ClusterName == "sample" && addon.InstanceName() == name {
				eventuallyReady(ctx, addon)
				Expect(addon.Spec.TemplateName).To(Equal(template.Name))
				Expect(addon.Spec.Version).To(Equal(version))
				return addon
			}
		}
		Fail("kubectl does not show " + name)
		return nil
	}
	// gone waits until no door shows it.
	gone := func(ctx context.Context, addon *fleetv1.Addon) {
		GinkgoHelper()
		eventuallyGone(ctx, addon)
		for _, path := range []string{"/api/clusters/sample/addons/" + addon.InstanceName(), "/api/v3/addons/" + addon.InstanceName() + "?cluster_id=sample"} {
			Eventually(func(g Gomega) {
				answer, err := rest.send(ctx, http.MethodGet, path, nil, nil)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(answer.status).To(Equal(http.StatusNotFound), answer.String())
			}).WithContext(ctx).Should(Succeed())
		}
	}

	It("looks the same if kubectl installed it, and IaaS can remove it", func(ctx SpecContext) {
		addon := newAddon(sampleCluster(), template.Name, template.Name, "1.13.5")
		addon.Spec.Params = params(map[string]any{"replicas": 2})
		install(ctx, addon)
		addon = same(ctx, addon.Name, "1.13.5")
		_, answer := rest.cce(ctx, Default, "sample", addon.Name)
		Expect(string(answer.raw)).To(ContainSubstring(`"values":{"basic":{"replicas":2}}`))

		answer = rest.must(ctx, http.MethodDelete, "/api/clusters/sample/addons/"+addon.Name, nil)
		Expect(answer.status).To(Equal(http.StatusAccepted), answer.String())
		Expect(answer.raw).To(BeEmpty())
		gone(ctx, addon)
	}, NodeTimeout(patience))

	It("looks the same if IaaS installed it, and CCE can remove it", func(ctx SpecContext) {
		answer := rest.must(ctx, http.MethodPost, "/api/clusters/sample/addons", map[string]any{"addon": template.Name})
		Expect(answer.status).To(Equal(http.StatusAccepted), answer.String())
		Expect(answer.text("status")).To(Equal("pending-install"))
		addon := same(ctx, answer.text("name"), "1.14.0")

		answer = rest.must(ctx, http.MethodDelete, "/api/v3/addons/"+addon.Labels[fleetv1.LabelID]+"?cluster_id=sample", nil)
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		Expect(answer.text("status", "message")).To(Equal("uninstalling"))
		gone(ctx, addon)
	}, NodeTimeout(patience))

	It("looks the same if CCE installed it, goes back by CCE, and kubectl can remove it", func(ctx SpecContext) {
		answer, err := rest.send(ctx, http.MethodPost, "/api/v3/addons", cceAddon("sample", template.Name, "1.13.5", map[string]any{"replicas": 2}), sdk)
		Expect(err).NotTo(HaveOccurred())
		Expect(answer.status).To(Equal(http.StatusCreated), answer.String())
		name, path := answer.text("metadata", "name"), "/api/v3/addons/"+answer.text("metadata", "uid")
		same(ctx, name, "1.13.5")

		body := cceAddon("sample", template.Name, "1.14.0", map[string]any{})
		body["metadata"] = map[string]any{"annotations": map[string]any{"addon.upgrade/type": "upgrade"}}
		answer = rest.must(ctx, http.MethodPut, path, body)
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		addon := same(ctx, name, "1.14.0")
		Expect(addon.Status.Rollbackable).To(BeTrue())

		answer = rest.must(ctx, http.MethodPost, path+"/operation/rollback", map[string]any{"clusterID": "sample"})
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		addon = same(ctx, name, "1.13.5")
		Expect(addon.Spec.Params.Raw).To(MatchJSON(`{"replicas":2}`))

		kubectl(ctx, "delete", "addon", addon.Name, "--namespace=team-a", "--wait=false")
		gone(ctx, addon)
	}, NodeTimeout(patience))
})
