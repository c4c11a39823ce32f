//go:build e2e

package e2e

import (
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// aggregated is the HyperFleet dialect as an aggregated API.
const aggregated = "/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1"

var _ = Describe("The facade as an aggregated API", func() {
	It("answers kubectl as it answers its own clients", func(ctx SpecContext) {
		direct := newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"]).must(ctx, "GET", hyperfleet+"/clusters/sample?fields=name,href", nil)
		Expect(direct.status).To(Equal(200), direct.String())
		Expect(kubectl(ctx, "get", "--raw", aggregated+"/clusters/sample?fields=name,href")).To(MatchJSON(direct.raw))
		Expect(kubectl(ctx, "get", "--raw", aggregated+"/clusters")).To(ContainSubstring(`"kind":"ClusterList"`))
		output, err := tryKubectl(ctx, "", "get", "--raw", aggregated+"/clusters/nothing")
		Expect(err).To(HaveOccurred())
		Expect(output).To(ContainSubstring("NotFound"))
	})

	It("leaves discovery clean", func(ctx SpecContext) {
		var group struct {
			Kind      string            `json:"kind"`
			Resources []json.RawMessage `json:"resources"`
		}
		Expect(json.Unmarshal([]byte(kubectl(ctx, "get", "--raw", "/apis/rest.slipway.dev/v1alpha1")), &group)).To(Succeed())
		Expect(group.Kind).To(Equal("APIResourceList"))
		Expect(group.Resources).To(BeEmpty())

		for _, args := range [][]string{{"api-resources"}, {"api-versions"}, {"get", "all", "--all-namespaces"}, {"get", "fleet", "--all-namespaces"}} {
			output, err := tryKubectl(ctx, "", args...)
			Expect(err).NotTo(HaveOccurred(), output)
			Expect(output).NotTo(ContainSubstring("rror"), "kubectl %v", args)
		}
		Expect(kubectl(ctx, "get", "--raw", "/openapi/v3")).To(ContainSubstring("fleet.slipway.dev"))
		Expect(kubectl(ctx, "get", "apiservice", "v1alpha1.rest.slipway.dev",
			"--output=jsonpath={.status.conditions[?(@.type=='Available')].status}")).To(Equal("True"))
	})
})
