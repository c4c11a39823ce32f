package addon_test

import (
	"os"
	"path/filepath"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var _ = Describe("delivery by the tenant's own Flux", func() {
	secretOn := func(t *twoSided, s side, name string) map[string][]byte {
		GinkgoHelper()
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}}
		expect.Refreshed(t.ctx, s.client, secret)
		return secret.Data
	}

	It("installs with objects of the tenant cluster only, and leaves them alone afterwards", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		expect.Applied(ctx, t.client, t.addon)
		result := expect.Reconciled(ctx, t.client, t.reconciler, t.addon)
		Expect(result.RequeueAfter).To(Equal(2 * time.Second))
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(t.addon.Status.Delivery).To(Equal(fleetv1.DeliveryTenant))
		Expect(*t.addon.Status.HelmReleaseRef).To(Equal(fleetv1.ObjectReference{Namespace: "slipway-addons", Name: t.addon.Name}))
		Expect(t.leftOn(t.hub)).To(BeEmpty())
		hr := t.on(t.tenant)
		Expect(hr.Spec.KubeConfig).To(BeNil())
		Expect(hr.Labels).To(HaveKeyWithValue(fleetv1.LabelAddonUID, string(t.addon.UID)))
		Expect(hr.OwnerReferences).To(BeEmpty())
		Expect(t.leftOn(t.tenant)).To(HaveLen(3))

		before := t.writes.Count()
		for range 3 {
			t.clock.SetTime(t.clock.Now().Add(time.Minute))
			t.pass()
		}
		Expect(t.writes.Log()[before:]).To(BeEmpty())
	})

	It("takes the choice of the Platform, unless the Cluster has its own", func(ctx SpecContext) {
		t := newTwoSided(ctx, "")
		platform := fixture.Platform("p-" + t.namespace)
		platform.Spec.AddonDelivery = fleetv1.DeliveryTenant
		expect.Applied(ctx, t.client, platform)
		expect.Refreshed(ctx, t.client, t.cluster)
		t.cluster.Spec.PlatformName = platform.Name
		Expect(t.client.Update(ctx, t.cluster)).To(Succeed())
		t.install()
		Expect(t.on(t.tenant)).NotTo(BeNil())
		t.deliver(fleetv1.DeliveryHub)
		t.settle()
		Expect(t.on(t.tenant)).To(BeNil())
		Expect(t.on(t.hub)).NotTo(BeNil())
	})

	It("takes the named keys along, follows their content, and drops them when they are not named any more", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		mine := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "mine"},
			Data: map[string][]byte{"values.yaml": []byte("a: 1"), "other": []byte("stays here")}}
		expect.Applied(ctx, t.client, mine)
		t.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{
			{Kind: "ConfigMap", Name: "absent", Optional: true}, {Kind: "Secret", Name: "mine"},
		}
		t.install()
		values := t.addon.Name + "-values"
		Expect(secretOn(t, t.tenant, values)).To(And(HaveLen(2), HaveKeyWithValue("from-1.yaml", []byte("a: 1"))))
		refs := t.on(t.tenant).Spec.ValuesFrom
		Expect(refs).To(HaveLen(2))
		Expect(refs[0]).To(And(HaveField("Name", values), HaveField("ValuesKey", "from-1.yaml")))

		mine.Data["values.yaml"] = []byte("a: 2")
		Expect(t.client.Update(ctx, mine)).To(Succeed())
		t.settle()
		Expect(secretOn(t, t.tenant, values)).To(HaveKeyWithValue("from-1.yaml", []byte("a: 2")))
		Expect(t.upgrades).To(Equal(1))

		t.change(func(s *fleetv1.AddonSpec) { s.ValuesFrom = nil })
		t.settle()
		Expect(secretOn(t, t.tenant, values)).To(And(HaveLen(1), HaveKey("values.yaml")))
	})

	It("waits for a Secret that is named and does not exist", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		t.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "absent"}}
		expect.Applied(ctx, t.client, t.addon)
		t.reconcile()
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonValuesNotFound, ContainSubstring("absent"))
		Expect(t.leftOn(t.tenant)).To(BeEmpty())
	})

	It("refuses an object of the same name that was made for somebody else", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		expect.Applied(ctx, t.client, t.addon)
		theirs := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "slipway-addons", Name: t.addon.Name + "-values",
			Labels: map[string]string{fleetv1.LabelAddon: t.addon.Name, fleetv1.LabelAddonUID: "another"}}}
		err := t.tenant.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "slipway-addons"}})
		Expect(client.IgnoreAlreadyExists(err)).To(Succeed())
		expect.Applied(ctx, t.tenant.client, theirs)
		t.reconcile()
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonReleaseTaken)
		Expect(t.on(t.tenant)).To(BeNil())
	})

	It("says that Flux is missing, and goes on by itself once it is there", func(ctx SpecContext) {
		bare := testenv.ForTest(GinkgoTB(), testenv.Options{})
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		t.tenant.client = bare.Client
		t.reconciler.Tenants = tenants{client: t.writes.Client(bare.Client)}
		expect.Applied(ctx, bare.Client, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: t.namespace}}, t.proxy())
		expect.Applied(ctx, t.client, t.addon)
		result := expect.Reconciled(ctx, t.client, t.reconciler, t.addon)
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonFluxMissing, And(ContainSubstring("install Flux"), ContainSubstring("addonDelivery")))
		Expect(result.RequeueAfter).To(BeNumerically(">", 0))

		By("deleting one that could never be installed")
		never := fixture.Addon(t.namespace, "never-"+t.namespace, "sample", t.template.Name)
		expect.Applied(ctx, t.client, never)
		expect.Reconciled(ctx, t.client, t.reconciler, never)
		expect.Deleted(ctx, t.client, never)
		expect.Reconciled(ctx, t.client, t.reconciler, never)
		expect.Gone(ctx, t.client, never)

		By("installing Flux's kinds")
		kinds := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "flux-crds.yaml")
		_, err := envtest.InstallCRDs(bare.Config, envtest.CRDInstallOptions{Paths: []string{kinds}})
		Expect(err).NotTo(HaveOccurred())
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("says that nothing acts where the kinds of Flux are there and Flux is not", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant)
		expect.Applied(ctx, t.client, t.addon)
		t.reconcile()
		t.clock.SetTime(t.clock.Now().Add(time.Minute))
		t.reconcile()
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonFluxMissing, ContainSubstring("nothing acts"))
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("tells a cluster that does not answer from a release that failed", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		reached := t.reconciler.Tenants
		t.reconciler.Tenants = remote.NewClients(env.Scheme, 1)
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: "sample-kubeconfig"}}
		expect.Refreshed(ctx, t.client, secret)
		good := secret.Data["value"]
		secret.Data["value"] = []byte(`{"apiVersion":"v1","kind":"Config","current-context":"c",
"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"clusters":[{"name":"c","cluster":{"server":"https://127.0.0.1:1"}}],"users":[{"name":"u","user":{"token":"t"}}]}`)
		Expect(t.client.Update(ctx, secret)).To(Succeed())
		t.reconcile()
		t.expectReady(metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, ContainSubstring("connection refused"))
		expect.Condition(t.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		before := t.writes.Count()
		t.reconcile()
		Expect(t.writes.Log()[before:]).To(BeEmpty())

		By("coming back")
		t.reconciler.Tenants = reached
		secret.Data["value"] = good
		Expect(t.client.Update(ctx, secret)).To(Succeed())
		t.clock.SetTime(t.clock.Now().Add(time.Minute))
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("suspends the release where it is", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		t.change(func(s *fleetv1.AddonSpec) { s.Suspend = true })
		Expect(t.on(t.tenant).Spec.Suspend).To(BeTrue())
		t.expectReady(metav1.ConditionUnknown, fleetv1.ReasonSuspended)
		t.change(func(s *fleetv1.AddonSpec) { s.Suspend = false })
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("waits until Flux uninstalled the release, and leaves nothing behind", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		expect.Deleted(ctx, t.client, t.addon)
		result := expect.Reconciled(ctx, t.client, t.reconciler, t.addon)
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		Expect(result.RequeueAfter).To(And(BeNumerically(">", 0), BeNumerically("<=", time.Minute)))
		t.settle()
		expect.Gone(ctx, t.client, t.addon)
		Expect(t.leftOn(t.tenant)).To(BeEmpty())
		Expect(t.uninstalls).To(Equal(1))
	})

	It("gives a release up when its cluster does not answer for too long, or is gone", func(ctx SpecContext) {
		for _, gone := range []bool{false, true} {
			t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
			t.reconciler.Tenants = deadTenant{}
			if gone {
				expect.Deleted(ctx, t.client, t.cluster)
			}
			expect.Deleted(ctx, t.client, t.addon)
			if !gone {
				t.reconcile()
				t.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
				t.clock.SetTime(t.addon.DeletionTimestamp.Add(5 * time.Minute))
			}
			t.recorder.Take()
			t.reconcile()
			expect.Gone(ctx, t.client, t.addon)
			Expect(t.recorder.Take()).To(ContainElement(HavePrefix("Warning ReleaseAbandoned")))
			Expect(t.uninstalls).To(BeZero())
		}
	})

	It("gives a release up that no Flux uninstalls, and removes what was written for it", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		expect.Deleted(ctx, t.client, t.addon)
		t.reconcile()
		t.clock.SetTime(t.addon.DeletionTimestamp.Add(5 * time.Minute))
		t.reconcile()
		expect.Gone(ctx, t.client, t.addon)
		Expect(t.leftOn(t.tenant)).To(BeEmpty())
	})

	It("survives what a tenant may do to the objects", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		hr := t.on(t.tenant)
		hr.Annotations, hr.Spec.TargetNamespace = nil, "elsewhere"
		hr.Spec.KubeConfig = nil
		Expect(t.tenant.client.Update(ctx, hr)).To(Succeed())
		t.settle()
		Expect(t.on(t.tenant).Spec.TargetNamespace).To(Equal(t.namespace))
		Expect(t.tenant.client.Delete(ctx, &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: "slipway-addons", Name: t.addon.Name}})).To(Succeed())
		t.settle()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})
})
