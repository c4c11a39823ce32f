package addon_test

import (
	"context"
	"errors"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func request(object client.Object) ctrl.Request {
	return ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}
}

// deadTenant is a tenant cluster that does not answer.
type deadTenant struct{}

func (deadTenant) Get(*remote.Kubeconfig) (client.Client, error) {
	return deadClient{}, nil
}

type deadClient struct{ client.Client }

func (deadClient) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return errors.New("dial tcp: connection refused")
}

func (deadClient) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return errors.New("dial tcp: connection refused")
}

var _ = Describe("holding up", func() {
	stalls := func(w *world, reason string, message any) {
		GinkgoHelper()
		w.apply()
		w.expectReady(metav1.ConditionFalse, reason, message)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, reason)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation))
		err := w.client.Get(w.ctx, client.ObjectKeyFromObject(w.addon), &helmv2.HelmRelease{})
		Expect(apierrors.IsNotFound(err)).To(BeTrue(), "nothing is rendered")
	}

	It("stalls without the template", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.TemplateName = "nothing"
		stalls(w, fleetv1.ReasonTemplateNotFound, ContainSubstring("nothing"))
	})

	It("stalls without the version and lists those that are there", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.Version = "9.9.9"
		stalls(w, fleetv1.ReasonTemplateNotFound, ContainSubstring("1.0.0, 1.1.0, 2.0.0"))
	})

	It("stalls on params that the schema refuses, and names the field but no secret", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.Params = fixture.JSON(`{"cpu_limit": 0, "password": "abc"}`)
		stalls(w, fleetv1.ReasonInvalidParams, And(
			ContainSubstring("spec.params.cpu_limit: must be at least 1, not 0"),
			ContainSubstring("spec.params.password: must be at least 4 characters long"),
			Not(ContainSubstring("abc"))))
	})

	It("stalls on values from a kubeconfig Secret", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "sample-kubeconfig", Key: "value"}}
		stalls(w, fleetv1.ReasonInvalidParams, ContainSubstring("spec.valuesFrom[0].name"))
	})

	It("stalls on a cluster version that the add-on does not work on, until that changes", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.template.Spec.Versions[0].KubernetesVersions = ">=1.34.0"
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		stalls(w, fleetv1.ReasonVersionNotAllowed, ContainSubstring("v1.33.1"))
		w.clusterStatus(func(s *fleetv1.ClusterStatus) { s.KubernetesVersion = "v1.34.0" })
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("stalls on a kubeconfig that runs a program, and renders nothing", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sample-kubeconfig"}}
		expect.Refreshed(ctx, w.client, secret)
		secret.Data["value"] = []byte(`{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"clusters":[{"name":"c","cluster":{"server":"https://example.com"}}],"users":[{"name":"u","user":{"exec":{"command":"/bin/sh"}}}]}`)
		Expect(w.client.Update(ctx, secret)).To(Succeed())
		stalls(w, fleetv1.ReasonKubeconfigInvalid, And(ContainSubstring("exec"), Not(ContainSubstring("/bin/sh"))))
	})

	It("stalls while the cluster is being deleted", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		expect.Refreshed(ctx, w.client, w.cluster)
		w.cluster.Finalizers = []string{fleetv1.ClusterFinalizer}
		Expect(w.client.Update(ctx, w.cluster)).To(Succeed())
		expect.Deleted(ctx, w.client, w.cluster)
		stalls(w, fleetv1.ReasonClusterDeleting, ContainSubstring("sample"))
	})

	It("does not touch a HelmRelease that somebody else made", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		foreign := &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks"}}
		foreign.Spec.ChartRef = &helmv2.CrossNamespaceSourceReference{Kind: "OCIRepository", Name: "theirs"}
		foreign.Spec.Interval.Duration = 60e9
		expect.Applied(ctx, w.client, foreign)
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonReleaseTaken, ContainSubstring("HelmRelease notebooks"))
		Expect(w.release().Spec.ChartRef.Name).To(Equal("theirs"))
		Expect(w.writes.Log()).NotTo(ContainElement("apply"))
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
		Expect(w.release().DeletionTimestamp.IsZero()).To(BeTrue())
	})

	It("gives the release to the older of two Addons with one instance name", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		second := fixture.Addon(w.namespace, "second", "sample", w.template.Name, fixture.Labelled[*fleetv1.Addon](fleetv1.LabelInstance, "notebooks"))
		expect.Applied(ctx, w.client, second)
		expect.Reconciled(ctx, w.client, w.reconciler, second)
		expect.Condition(second, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonReleaseTaken, ContainSubstring("Addon notebooks"))
	})

	It("waits for its dependencies, and not again once it is applied", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		base := fixture.AddonTemplate("base-" + w.namespace)
		expect.Applied(ctx, w.client, base)
		w.template.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: base.Name, Versions: ">=1.0.0"}}
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonDependencyNotReady, ContainSubstring("is not installed"))

		dependency := &world{}
		*dependency = *w
		dependency.addon = fixture.Addon(w.namespace, "base", "sample", base.Name)
		dependency.apply()
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonDependencyNotReady, ContainSubstring("is not ready"))
		dependency.deployed()
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
		dependency.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "StateError", Message: "no"})
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("says why the chart cannot be fetched", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		source := &sourcev1.OCIRepository{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks"}}
		expect.Refreshed(ctx, w.client, source)
		apimeta.SetStatusCondition(&source.Status.Conditions, metav1.Condition{
			Type: "Ready", Status: metav1.ConditionFalse, Reason: "OCIArtifactPullFailed", Message: "no such tag",
		})
		Expect(w.client.Status().Update(ctx, source)).To(Succeed())
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "SourceNotReady", Message: "does not have an artifact"})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonSourceFailed, "chart notebooks 1.0.0 cannot be fetched: no such tag")
	})
})
