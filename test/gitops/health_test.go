package gitops

import (
	"context"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// What the three tools say in each of their words.
var (
	working    = verdicts{argo: "Progressing", kstatus: "InProgress", flux: "InProgress"}
	well       = verdicts{argo: "Healthy", kstatus: "Current", flux: "Current"}
	failed     = verdicts{argo: "Degraded", kstatus: "Failed", flux: "Failed"}
	sick       = verdicts{argo: "Degraded", kstatus: "InProgress", flux: "Failed"}
	suspended  = verdicts{argo: "Suspended", kstatus: "InProgress", flux: "InProgress"}
	terminated = verdicts{argo: "Progressing", kstatus: "Terminating", flux: "InProgress"}
	// Kinds for which Flux has no expressions.
	plainGoing = verdicts{argo: "Progressing", kstatus: "Terminating", flux: "Terminating"}
)

// world is a tenant.
type world struct {
	ctx       context.Context
	namespace string
}

func newWorld(ctx context.Context) world {
	return world{ctx, expect.Namespace(ctx, env.Client, nil)}
}

// judged waits until the tools say of an object what they should.
func (w world) judged(object client.Object, want verdicts) {
	GinkgoHelper()
	kind, err := apiutil.GVKForObject(object, env.Scheme)
	Expect(err).NotTo(HaveOccurred())
	Eventually(func(g Gomega) verdicts {
		seen := &unstructured.Unstructured{}
		seen.SetGroupVersionKind(kind)
		g.Expect(env.Client.Get(w.ctx, client.ObjectKeyFromObject(object), seen)).To(Succeed())
		return judge(g, seen)
	}).Should(Equal(want))
}

// settled waits until the object says a reason, and then judges it.
func (w world) settled(object conditioned, conditionType, reason string, want verdicts) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		expect.Refreshed(w.ctx, env.Client, object)
		var reasons []string
		for _, c := range *object.GetConditions() {
			if c.Type == conditionType && c.ObservedGeneration == object.GetGeneration() {
				reasons = append(reasons, c.Reason)
			}
		}
		g.Expect(reasons).To(Equal([]string{reason}))
	}).Should(Succeed())
	w.judged(object, want)
}

// conditioned is any of our objects with conditions.
type conditioned interface {
	client.Object
	GetConditions() *[]metav1.Condition
}

// change changes an object as a user would.
func change[T client.Object](ctx context.Context, object T, mutate func(T)) {
	GinkgoHelper()
	Eventually(func() error {
		expect.Refreshed(ctx, env.Client, object)
		mutate(object)
		return env.Client.Update(ctx, object)
	}).Should(Succeed())
}

// report reports as the adapter "infra" does, at the present generation.
func (w world) report(target client.Object, options ...fixture.Option[*fleetv1.AdapterStatus]) *fleetv1.AdapterStatus {
	GinkgoHelper()
	expect.Refreshed(w.ctx, env.Client, target)
	status := fixture.AdapterStatus(target, "infra", append([]fixture.Option[*fleetv1.AdapterStatus]{
		fixture.At(target.GetGeneration()), fixture.OfUID(target.GetUID()),
	}, options...)...)
	expect.Applied(w.ctx, env.Client, status)
	return status
}

var _ = Describe("health", func() {
	BeforeEach(func(ctx SpecContext) { expect.Applied(ctx, env.Client, fixture.Platform("infra")) })

	It("is that of Clusters, NodePools and reports", func(ctx SpecContext) {
		w := newWorld(ctx)
		cluster := fixture.Cluster(w.namespace, "sample", fixture.OnPlatform("infra"))
		pool := fixture.NodePool(w.namespace, "sample-worker", "sample")
		expect.Applied(ctx, env.Client, cluster, pool)
		for _, target := range []conditioned{cluster, pool} {
			By("awaiting adapters")
			w.judged(target, working)
			By("provisioning")
			report := w.report(target, fixture.Says(fleetv1.ReportAvailable, metav1.ConditionFalse))
			w.settled(target, fleetv1.ConditionReady, fleetv1.ReasonAdaptersUnavailable, working)
			// A report has no status, and is nobody's wish: kstatus, and Flux with it, take it as it is.
			w.judged(report, verdicts{"Progressing", "Current", "Current"})
			By("ready")
			report = w.report(target)
			w.settled(target, fleetv1.ConditionReady, fleetv1.ReasonResourceReady, well)
			w.judged(report, verdicts{"Healthy", "Current", "Current"})
			By("no longer available")
			w.report(target, fixture.Says(fleetv1.ReportAvailable, metav1.ConditionFalse))
			w.settled(target, fleetv1.ConditionReady, fleetv1.ReasonAdaptersUnavailable, sick)
		}
		By("changed")
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.36.2" })
		w.settled(cluster, fleetv1.ConditionReady, fleetv1.ReasonAdaptersPending, working)
		By("given up by the adapter")
		report := w.report(cluster, fixture.Says(fleetv1.ReportAvailable, metav1.ConditionFalse), fixture.Says(fleetv1.ReportStalled, metav1.ConditionTrue, "no quota"))
		w.settled(cluster, fleetv1.ConditionStalled, fleetv1.ReasonAdapterFailed, failed)
		w.judged(report, verdicts{"Degraded", "Current", "Current"})
		By("suspended")
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.Suspend = true })
		w.judged(cluster, suspended)
		By("deleted")
		Expect(env.Client.Delete(ctx, cluster)).To(Succeed())
		w.settled(cluster, fleetv1.ConditionReconciling, fleetv1.ReasonDeleting, terminated)
	})

	It("is that of Addons", func(ctx SpecContext) {
		w := newWorld(ctx)
		template := fixture.AddonTemplate("notebooks-" + w.namespace)
		addon := fixture.Addon(w.namespace, "notebooks", "sample", template.Name)
		expect.Applied(ctx, env.Client, template)
		expect.Applied(ctx, env.Client, addon)
		By("waiting for its cluster")
		w.settled(addon, fleetv1.ConditionReady, fleetv1.ReasonClusterNotFound, working)
		By("installing")
		w.cluster("sample")
		w.settled(addon, fleetv1.ConditionReady, fleetv1.ReasonInstalling, working)
		By("deployed")
		w.flux(addon, metav1.ConditionTrue, "InstallSucceeded")
		w.settled(addon, fleetv1.ConditionReady, fleetv1.ReasonDeployed, well)
		By("upgrading")
		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Params = fixture.JSON(`{"cpu_limit": 4}`) })
		w.settled(addon, fleetv1.ConditionReady, fleetv1.ReasonUpgrading, working)
		By("suspended")
		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Suspend = true })
		w.settled(addon, fleetv1.ConditionReady, fleetv1.ReasonSuspended, suspended)
	})

	It("is that of the catalogue and of records", func(ctx SpecContext) {
		w := newWorld(ctx)
		platform := fixture.Platform("judged")
		template := fixture.AddonTemplate("judged")
		expect.Applied(ctx, env.Client, platform, template)
		w.judged(platform, well)
		w.judged(template, well)
		cluster := fixture.Cluster(w.namespace, "sample", fixture.OnPlatform("judged"))
		expect.Applied(ctx, env.Client, cluster)
		By("a Platform that is still in use")
		Eventually(func(g Gomega) {
			expect.Refreshed(ctx, env.Client, cluster)
			g.Expect(cluster.Finalizers).NotTo(BeEmpty())
		}).Should(Succeed())
		Expect(env.Client.Delete(ctx, platform)).To(Succeed())
		w.judged(platform, plainGoing)

		By("a task that goes on, and one that has ended")
		record := &fleetv1.Operation{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "op-1"}}
		Eventually(func() error { return env.Client.Get(ctx, client.ObjectKeyFromObject(record), record) }).Should(Succeed())
		w.judged(record, working)
		w.report(cluster)
		w.judged(record, well)
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.36.2" })
		w.report(cluster, fixture.Says(fleetv1.ReportAvailable, metav1.ConditionFalse), fixture.Says(fleetv1.ReportStalled, metav1.ConditionTrue))
		record.Name = "op-2"
		Eventually(func() error { return env.Client.Get(ctx, client.ObjectKeyFromObject(record), record) }).Should(Succeed())
		w.judged(record, failed)
	})
})

// cluster makes a Cluster that is ready for add-ons. The test's own API server is the tenant cluster.
func (w world) cluster(name string) {
	GinkgoHelper()
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: name + "-kubeconfig"},
		Data:       map[string][]byte{fleetv1.KubeconfigKey: access},
	}
	cluster := fixture.Cluster(w.namespace, name, fixture.OnPlatform("infra"))
	expect.Applied(w.ctx, env.Client, secret, cluster)
	w.report(cluster, fixture.ClusterFacts(fleetv1.ClusterFacts{KubeconfigSecretName: secret.Name, KubernetesVersion: "v1.36.2"}))
	w.judged(cluster, well)
}

// flux does what Flux does at the end of a pass.
func (w world) flux(addon *fleetv1.Addon, ready metav1.ConditionStatus, reason string) {
	GinkgoHelper()
	release := &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: addon.Name}}
	Eventually(func() error { return env.Client.Get(w.ctx, client.ObjectKeyFromObject(release), release) }).Should(Succeed())
	release.Status.Conditions = []metav1.Condition{{
		Type: fluxmeta.ReadyCondition, Status: ready, Reason: reason, Message: reason,
		ObservedGeneration: release.Generation, LastTransitionTime: metav1.Now(),
	}}
	release.Status.ObservedGeneration = release.Generation
	release.Status.LastHandledReconcileAt = release.Annotations[fluxmeta.ReconcileRequestAnnotation]
	if release.Spec.Chart != nil {
		release.Status.LastAttemptedRevision = release.Spec.Chart.Spec.Version
	}
	Expect(env.Client.Status().Update(w.ctx, release)).To(Succeed())
}
