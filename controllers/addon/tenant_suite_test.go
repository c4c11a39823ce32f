package addon_test

import (
	"context"
	"fmt"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// tenants hands out one client, whatever the kubeconfig says.
type tenants struct{ client client.Client }

// Get implements addon.Tenants.
func (t tenants) Get(*remote.Kubeconfig) (client.Client, error) { return t.client, nil }

// side is a cluster with a Flux.
type side struct {
	client    client.Client
	namespace string
}

// twoSided is a world with a tenant cluster of its own, and a Flux on either cluster. Writes to both are counted as one.
type twoSided struct {
	*world
	hub, tenant side

	// released tells that the Helm release exists; installs, upgrades and uninstalls count what the two Flux did to it.
	released                       bool
	installs, upgrades, uninstalls int
	// acts counts what the two Flux wrote.
	acts int
}

func newTwoSided(ctx context.Context, delivery fleetv1.Delivery) *twoSided {
	w := newWorld(ctx)
	t := &twoSided{
		world:  w,
		hub:    side{client: w.client, namespace: w.namespace},
		tenant: side{client: tenantEnv.Client, namespace: release.TenantNamespace},
	}
	w.addon.Name = "notebooks-" + w.namespace
	w.reconciler.Tenants = tenants{client: w.writes.Client(tenantEnv.Client)}
	expect.Applied(ctx, tenantEnv.Client, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})
	proxy := w.proxy()
	expect.Applied(ctx, tenantEnv.Client, proxy)
	t.deliver(delivery)
	w.ready()
	return t
}

// deliver chooses the delivery on the Cluster.
func (t *twoSided) deliver(delivery fleetv1.Delivery) {
	expect.Refreshed(t.ctx, t.client, t.cluster)
	t.cluster.Spec.AddonDelivery = delivery
	Expect(t.client.Update(t.ctx, t.cluster)).To(Succeed())
}

// on returns the HelmRelease of a side, nil if there is none.
func (t *twoSided) on(s side) *helmv2.HelmRelease {
	GinkgoHelper()
	hr := &helmv2.HelmRelease{}
	err := s.client.Get(t.ctx, client.ObjectKey{Namespace: s.namespace, Name: t.addon.Name}, hr)
	if apierrors.IsNotFound(err) {
		return nil
	}
	Expect(err).NotTo(HaveOccurred())
	return hr
}

// fluxes lets both Flux act once, and makes sure that only one has a release to act on.
func (t *twoSided) fluxes() {
	GinkgoHelper()
	hub, tenant := t.on(t.hub), t.on(t.tenant)
	Expect(hub != nil && tenant != nil && !hub.Spec.Suspend && !tenant.Spec.Suspend).To(BeFalse(), "two Flux act on one release")
	t.act(t.hub, hub)
	t.act(t.tenant, tenant)
}

// act does with a HelmRelease what Flux does.
func (t *twoSided) act(s side, hr *helmv2.HelmRelease) {
	GinkgoHelper()
	if hr == nil {
		return
	}
	request := hr.Annotations[fluxmeta.ReconcileRequestAnnotation]
	switch {
	case !hr.DeletionTimestamp.IsZero():
		if !hr.Spec.Suspend && len(hr.Status.History) > 0 {
			Expect(t.released).To(BeTrue(), "a release is uninstalled that does not exist")
			t.released, t.uninstalls = false, t.uninstalls+1
		}
		controllerutil.RemoveFinalizer(hr, helmv2.HelmReleaseFinalizer)
		Expect(s.client.Update(t.ctx, hr)).To(Succeed())
	case controllerutil.AddFinalizer(hr, helmv2.HelmReleaseFinalizer):
		Expect(s.client.Update(t.ctx, hr)).To(Succeed())
	case hr.Status.LastHandledReconcileAt == request && hr.Status.ObservedGeneration == hr.Generation:
		return
	case hr.Spec.Suspend:
		hr.Status.LastHandledReconcileAt, hr.Status.ObservedGeneration = request, hr.Generation
		Expect(s.client.Status().Update(t.ctx, hr)).To(Succeed())
	default:
		t.deploy(s, hr)
	}
	t.acts++
}

// deploy installs or upgrades.
func (t *twoSided) deploy(s side, hr *helmv2.HelmRelease) {
	GinkgoHelper()
	request := hr.Annotations[fluxmeta.ReconcileRequestAnnotation]
	reason := "UpgradeSucceeded"
	if t.released {
		t.upgrades++
	} else {
		t.released, t.installs, reason = true, t.installs+1, "InstallSucceeded"
	}
	source := &sourcev1.OCIRepository{}
	Expect(s.client.Get(t.ctx, client.ObjectKeyFromObject(hr), source)).To(Succeed())
	digest := fmt.Sprintf("sha256:%064d", source.Generation)
	source.Status.ObservedGeneration = source.Generation
	source.Status.Artifact = &fluxmeta.Artifact{
		Path: "chart.tgz", URL: "http://source.example.com/chart.tgz", Digest: digest,
		Revision: source.Spec.Reference.Tag + "@" + digest, LastUpdateTime: metav1.Now(),
	}
	Expect(s.client.Status().Update(t.ctx, source)).To(Succeed())
	for _, conditionType := range []string{fluxmeta.ReadyCondition, helmv2.ReleasedCondition} {
		apimeta.SetStatusCondition(&hr.Status.Conditions, metav1.Condition{
			Type: conditionType, Status: metav1.ConditionTrue, Reason: reason, Message: "Helm succeeded", ObservedGeneration: hr.Generation,
		})
	}
	hr.Status.History = helmv2.Snapshots{{
		Name: hr.Spec.ReleaseName, Namespace: hr.Spec.TargetNamespace, Version: t.installs + t.upgrades, Digest: digest,
		ConfigDigest: digest, ChartName: "notebooks", ChartVersion: source.Spec.Reference.Tag, Status: "deployed",
		FirstDeployed: metav1.Now(), LastDeployed: metav1.Now(),
	}}
	hr.Status.StorageNamespace, hr.Status.ObservedGeneration = hr.Spec.StorageNamespace, hr.Generation
	hr.Status.LastAttemptedRevision, hr.Status.LastAttemptedRevisionDigest = source.Spec.Reference.Tag+"+0123456789ab", digest
	hr.Status.LastHandledReconcileAt = request
	Expect(s.client.Status().Update(t.ctx, hr)).To(Succeed())
}

// settle lets the controller and both Flux take turns until nothing is written any more.
func (t *twoSided) settle() {
	GinkgoHelper()
	for range 30 {
		t.clock.SetTime(t.clock.Now().Add(5 * time.Second))
		written, acted := t.writes.Count(), t.acts
		if err := t.client.Get(t.ctx, client.ObjectKeyFromObject(t.addon), t.addon); !apierrors.IsNotFound(err) {
			Expect(err).NotTo(HaveOccurred())
			t.pass()
		}
		t.fluxes()
		if t.writes.Count() == written && t.acts == acted {
			return
		}
	}
	Fail("the add-on does not settle: " + fmt.Sprint(t.addon.Status.Conditions))
}

// pass reconciles once, whatever comes of it, and refreshes the Addon.
func (t *twoSided) pass() {
	GinkgoHelper()
	_, err := t.reconciler.Reconcile(t.ctx, request(t.addon))
	Expect(err).NotTo(HaveOccurred())
	Expect(client.IgnoreNotFound(t.client.Get(t.ctx, client.ObjectKeyFromObject(t.addon), t.addon))).To(Succeed())
}

// install creates the Addon and has it installed.
func (t *twoSided) install() *twoSided {
	GinkgoHelper()
	expect.Applied(t.ctx, t.client, t.addon)
	t.settle()
	t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	return t
}

// leftOn returns what there is of the Addon on a side.
func (t *twoSided) leftOn(s side) []string {
	GinkgoHelper()
	var left []string
	for _, list := range []client.ObjectList{
		&helmv2.HelmReleaseList{}, &sourcev1.OCIRepositoryList{}, &sourcev1.HelmRepositoryList{}, &corev1.SecretList{},
	} {
		Expect(s.client.List(t.ctx, list, client.InNamespace(s.namespace), client.MatchingLabels{fleetv1.LabelAddon: t.addon.Name})).To(Succeed())
		Expect(apimeta.EachListItem(list, func(item runtime.Object) error {
			object := item.(client.Object)
			left = append(left, fmt.Sprintf("%T %s", object, object.GetName()))
			return nil
		})).To(Succeed())
	}
	return left
}
