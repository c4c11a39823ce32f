package addon_test

import (
	"encoding/json"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("installing", func() {
	It("waits for the cluster, with finalizer and id", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.addon.Spec.ClusterName = "later"
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonClusterNotFound, ContainSubstring("later"))
		expect.Condition(w.addon, fleetv1.ConditionReconciling, metav1.ConditionTrue, fleetv1.ReasonProgressing)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		Expect(w.addon.Finalizers).To(ConsistOf(fleetv1.AddonFinalizer))
		Expect(w.addon.Labels).To(HaveKeyWithValue(fleetv1.LabelID, string(w.addon.UID)))
		Expect(w.addon.Status.ObservedGeneration).To(BeEquivalentTo(-1))
	})

	It("waits until the cluster was ready once", func(ctx SpecContext) {
		w := newWorld(ctx).apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonClusterNotReady)
		Expect(w.addon.OwnerReferences).To(HaveLen(1))
		Expect(w.addon.OwnerReferences[0].Name).To(Equal("sample"))
		w.ready().reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("renders the release with the tenant's kubeconfig and reports it installing", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.Params = fixture.JSON(`{"cpu_limit": 2, "password": "hunter22"}`)
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)

		hr := w.release()
		Expect(hr.Spec.KubeConfig.SecretRef.Name).To(Equal("notebooks.kubeconfig"))
		Expect(hr.Spec.KubeConfig.SecretRef.Key).To(Equal("value"))
		Expect(hr.Spec.TargetNamespace).To(Equal(w.namespace))
		Expect(hr.Spec.ChartRef).To(Equal(&helmv2.CrossNamespaceSourceReference{Kind: "OCIRepository", Name: "notebooks"}))
		Expect(metav1.IsControlledBy(hr, w.addon)).To(BeTrue())

		source := &sourcev1.OCIRepository{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks"}}
		expect.Refreshed(ctx, w.client, source)
		Expect(source.Spec.URL).To(Equal("oci://registry.example.com/charts/notebooks"))
		Expect(source.Spec.Reference.Tag).To(Equal("1.0.0"))

		values := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks-values"}}
		expect.Refreshed(ctx, w.client, values)
		Expect(values.Data["values.yaml"]).To(MatchJSON(`{"session":{"cpu":2,"memory":"1Gi"},"auth":{"password":"hunter22"}}`))
		Expect(w.addon.Status.HelmReleaseRef).To(Equal(&fleetv1.ObjectReference{Namespace: w.namespace, Name: "notebooks"}))
		Expect(w.recorder.Take()).To(ContainElement(ContainSubstring("Installing")))
	})

	It("becomes ready when Flux deployed it, and then writes nothing", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		service := w.proxy()
		expect.Refreshed(ctx, w.client, service)
		w.addon.Spec.Params = fixture.JSON(`{"cpu_limit": 2, "password": "hunter22"}`)
		w.apply().deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		expect.Condition(w.addon, fleetv1.ConditionReconciling, metav1.ConditionFalse, fleetv1.ReasonReconciled)
		expect.Condition(w.addon, fleetv1.ConditionInstalled, metav1.ConditionTrue, fleetv1.ReasonInstalled)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation))
		Expect(w.addon.Status.CurrentVersion).To(Equal("1.0.0"))
		Expect(w.addon.Status.TargetVersions).To(Equal([]string{"1.1.0", "2.0.0"}))
		Expect(w.addon.Status.Outputs).To(HaveKeyWithValue("web_ui", "http://"+service.Spec.ClusterIP+":80"))
		Expect(w.addon.Status.History).To(HaveLen(1))
		Expect(w.addon.Status.History[0].Params.Raw).To(MatchJSON(`{"cpu_limit": 2}`))

		text, err := json.Marshal(w.addon.Status)
		Expect(err).NotTo(HaveOccurred())
		Expect(string(text)).NotTo(ContainSubstring("hunter22"))

		before := w.writes.Count()
		w.reconcile()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())
	})

	It("ends in the same state wherever the process is killed", func(ctx SpecContext) {
		for n := 1; n <= 7; n++ {
			for _, after := range []bool{false, true} {
				w := newWorld(ctx).ready()
				expect.Applied(ctx, w.client, w.addon)
				w.writes.FailAt(n, after)
				_, err := w.reconciler.Reconcile(ctx, request(w.addon))
				if n <= 6 {
					Expect(err).To(MatchError(expect.ErrKilled), "write %d", n)
				}
				w.writes.Revive()
				w.reconcile()
				w.deployed()
				w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
				before := w.writes.Count()
				w.reconcile()
				Expect(w.writes.Log()[before:]).To(BeEmpty())
			}
		}
	})

	It("undoes what somebody else changed or removed", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		hr := w.release()
		hr.Spec.TargetNamespace = "kube-system"
		Expect(w.client.Update(ctx, hr)).To(Succeed())
		values := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks-values"}}
		Expect(w.client.Delete(ctx, values)).To(Succeed())
		w.reconcile()
		Expect(w.release().Spec.TargetNamespace).To(Equal(w.namespace))
		expect.Refreshed(ctx, w.client, values)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
	})

	It("does not know whether it works while the tenant cluster does not answer, and leaves the outputs as they were", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		known := w.addon.Status.Outputs
		Expect(known).To(HaveKey("web_ui"))
		alive := w.reconciler.Tenants
		w.reconciler.Tenants = deadTenant{}
		w.reconcile()
		w.expectReady(metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, ContainSubstring("connection refused"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		Expect(w.addon.Status.Outputs).To(Equal(known))
		w.reconciler.Tenants = alive
		w.reconcile()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})
})

var _ = Describe("an Addon with the name of a Cluster", func() {
	It("leaves the Cluster's kubeconfig Secret alone", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Name = w.cluster.Name
		expect.Applied(ctx, w.client, w.proxy())
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sample-kubeconfig"}}
		expect.Refreshed(ctx, w.client, secret)
		version := secret.ResourceVersion
		w.apply().deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		expect.Refreshed(ctx, w.client, secret)
		Expect(secret.ResourceVersion).To(Equal(version))
	})
})
