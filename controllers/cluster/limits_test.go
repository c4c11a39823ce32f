package cluster_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("What a Platform does not allow", func() {
	var w *world
	BeforeEach(func(ctx context.Context) {
		w = newWorld(ctx)
		expect.Applied(ctx, w.client, fixture.Platform("metal", func(p *fleetv1.Platform) {
			p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.33.1", Supported: true}, {Version: "v1.32.5"}}
			p.Spec.ReservedCIDRs = []string{"10.0.0.0/12"}
			p.Spec.ClusterParametersSchema = fixture.JSON(`{"type":"object","properties":{"size":{"enum":["s","m"]}}}`)
		}))
	})

	DescribeTable("stalls the Cluster and names the field",
		func(ctx context.Context, change func(*fleetv1.Cluster), path string) {
			c := w.cluster(ctx, change)
			expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonInvalidSpec, ContainSubstring(path+": "))
			w.recorder.Take()
			w.steady(ctx, c)
		},
		Entry("a version that is not offered", func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.30.0" }, "spec.kubernetesVersion"),
		Entry("a reserved pod network", func(c *fleetv1.Cluster) {
			c.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "10.8.0.0/16", ServiceCIDR: "10.254.0.0/16"}
		}, "spec.network.podCIDR"),
		Entry("a service network around a reserved one", func(c *fleetv1.Cluster) {
			c.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "172.20.0.0/16", ServiceCIDR: "10.0.0.0/8"}
		}, "spec.network.serviceCIDR"),
		Entry("parameters that break the schema", func(c *fleetv1.Cluster) { c.Spec.Parameters = fixture.JSON(`{"size":"xl"}`) }, "spec.parameters.size"),
	)

	It("accepts what it allows", func(ctx context.Context) {
		c := w.cluster(ctx, func(c *fleetv1.Cluster) {
			c.Spec.KubernetesVersion = "v1.32.5"
			c.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/16", ServiceCIDR: "10.254.0.0/16"}
			c.Spec.Parameters = fixture.JSON(`{"size":"s"}`)
		})
		expect.Condition(c, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("recovers when the spec is corrected", func(ctx context.Context) {
		c := w.cluster(ctx, func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.30.0" })
		w.edited(ctx, c, func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = "v1.33.1" })
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonProgressing)
	})
})
