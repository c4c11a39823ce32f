//go:build e2e

package e2e

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// newTemplate puts an entry of its own into the catalogue and takes it away afterwards. It has the versions that the registry of
// the local environment has of a chart, and takes any params as the chart's values. What it installs gets a namespace of its own.
func newTemplate(ctx context.Context, prefix, chart string, mutate func(*fleetv1.AddonTemplate)) *fleetv1.AddonTemplate {
	GinkgoHelper()
	model := &fleetv1.AddonTemplate{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Name: "npd"}, model)).To(Succeed())
	template := &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: prefix + "-" + rand.String(5)}}
	template.Spec.Source = model.Spec.Source
	for _, version := range chartVersions[chart] {
		template.Spec.Versions = append(template.Spec.Versions, fleetv1.AddonVersion{
			Version: version, Stable: true, Chart: fleetv1.Chart{Name: chart},
		})
	}
	if mutate != nil {
		mutate(template)
	}
	Expect(hub.client.Create(ctx, template)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) {
		Expect(client.IgnoreNotFound(hub.client.Delete(ctx, template))).To(Succeed())
		eventuallyGone(ctx, template)
	}, NodeTimeout(patience))
	return template
}

// chartVersions are the charts in the registry of the local environment.
var chartVersions = map[string][]string{
	"npd":              {"1.14.0", "1.13.5"},
	"kuberay-operator": {"1.1.1", "1.1.0"},
}

// impatient makes attempts fail soon.
func impatient(template *fleetv1.AddonTemplate) {
	template.Spec.Timeout = &metav1.Duration{Duration: 5 * time.Second}
}

// sampleCluster is the cluster that is there anyway, for add-ons that do it no harm.
func sampleCluster() *fleetv1.Cluster {
	return newCluster("team-a", "sample", "kwok")
}

// install creates an Addon and deletes it after the specs that share it.
func install(ctx context.Context, addon *fleetv1.Addon) {
	GinkgoHelper()
	Expect(hub.client.Create(ctx, addon)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) {
		Expect(client.IgnoreNotFound(hub.client.Delete(ctx, addon))).To(Succeed())
		eventuallyGone(ctx, addon)
	}, NodeTimeout(patience))
}
