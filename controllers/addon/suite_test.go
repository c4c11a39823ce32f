package addon_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/addon"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func TestAddon(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Addon")
}

// env is the hub, tenantEnv a tenant cluster with Flux's kinds.
var env, tenantEnv *testenv.Environment

var _ = BeforeSuite(func() {
	env = testenv.ForSuite(testenv.Options{FluxCRDs: true})
	tenantEnv = testenv.ForSuite(testenv.Options{FluxCRDs: true})
})

// world is what a spec works with: a namespace with a Cluster that is ready for add-ons, a template, and the reconciler. The
// test's API server is the tenant cluster too.
type world struct {
	ctx       context.Context
	client    client.Client
	namespace string
	cluster   *fleetv1.Cluster
	template  *fleetv1.AddonTemplate
	addon     *fleetv1.Addon

	reconciler *addon.Reconciler
	clock      *clocktesting.FakePassiveClock
	recorder   *expect.Recorder
	writes     *expect.Writes
}

const schema = `{
  "type": "object", "additionalProperties": false,
  "properties": {
    "cpu_limit": {"type": "number", "minimum": 1},
    "memory_limit": {"type": "string"},
    "password": {"type": "string", "writeOnly": true, "minLength": 4}
  }}`

// newWorld makes a world in a namespace of its own.
func newWorld(ctx context.Context) *world {
	w := &world{ctx: ctx, client: env.Client, recorder: &expect.Recorder{}, writes: &expect.Writes{}}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	w.clock = clocktesting.NewFakePassiveClock(fixture.Epoch)
	counted := w.writes.Client(env.Client)
	w.reconciler = &addon.Reconciler{
		Client: counted, APIReader: counted, Recorder: w.recorder, Clock: w.clock,
		Tenants: remote.NewClients(env.Scheme, 4),
	}
	w.template = fixture.AddonTemplate("notebooks-" + w.namespace)
	w.template.Spec.Source = fleetv1.ChartSource{Type: "OCIRepository", URL: "oci://registry.example.com/charts"}
	w.template.Spec.TargetNamespace = w.namespace
	w.template.Spec.Versions = []fleetv1.AddonVersion{version("1.0.0"), version("1.1.0"), version("2.0.0")}
	expect.Applied(ctx, w.client, w.template)
	w.cluster = fixture.Cluster(w.namespace, "sample")
	expect.Applied(ctx, w.client, w.cluster)
	w.addon = fixture.Addon(w.namespace, "notebooks", "sample", w.template.Name)
	w.addon.Spec.Params = fixture.JSON(`{"cpu_limit": 2}`)
	return w
}

func version(v string) fleetv1.AddonVersion {
	return fleetv1.AddonVersion{
		Version: v, Stable: true, Chart: fleetv1.Chart{Name: "notebooks"},
		ParamsSchema: fixture.JSON(schema), Defaults: fixture.JSON(`{"memory_limit": "1Gi"}`),
		ParamMapping: []fleetv1.ParamMapping{
			{Param: "/cpu_limit", Value: "/session/cpu"},
			{Param: "/memory_limit", Value: "/session/memory"},
			{Param: "/password", Value: "/auth/password"},
		},
		Outputs: []fleetv1.AddonOutput{{
			Name:    "web_ui",
			Service: &fleetv1.ServiceOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "{release}-proxy"}, Scheme: "http"},
		}},
	}
}

// ready makes the Cluster ready for add-ons: provisioned, with a kubeconfig and a version.
func (w *world) ready() *world {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sample-kubeconfig"},
		Data:       map[string][]byte{"value": []byte(kubeconfig())},
	}
	expect.Applied(w.ctx, w.client, secret, w.proxy())
	w.clusterStatus(func(s *fleetv1.ClusterStatus) {
		s.KubeconfigSecretName, s.KubernetesVersion = "sample-kubeconfig", "v1.33.1"
	})
	return w
}

// proxy is the Service that the template's output names, as the chart would install it.
func (w *world) proxy() *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: w.addon.Name + "-proxy"},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80}}},
	}
}

func (w *world) clusterStatus(change func(*fleetv1.ClusterStatus)) {
	expect.Refreshed(w.ctx, w.client, w.cluster)
	conditions.Set(w.cluster, metav1.Condition{
		Type: fleetv1.ConditionProvisioned, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonProvisioned,
	}, metav1.Now())
	change(&w.cluster.Status)
	Expect(w.client.Status().Update(w.ctx, w.cluster)).To(Succeed())
}

func kubeconfig() string {
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c",
"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"clusters":[{"name":"c","cluster":{"server":%q,"certificate-authority-data":%q}}],
"users":[{"name":"u","user":{"client-certificate-data":%q,"client-key-data":%q}}]}`,
		server(), encode(env.Config.CAData), encode(env.Config.CertData), encode(env.Config.KeyData))
}

func server() string {
	if len(env.Config.Host) > 4 && env.Config.Host[:4] == "http" {
		return env.Config.Host
	}
	return "https://" + env.Config.Host
}

// reconcile reconciles the Addon once.
func (w *world) reconcile() { expect.Reconciled(w.ctx, w.client, w.reconciler, w.addon) }

// apply creates the Addon and reconciles it.
func (w *world) apply() *world {
	expect.Applied(w.ctx, w.client, w.addon)
	w.reconcile()
	return w
}

// change changes the Addon and reconciles it.
func (w *world) change(change func(*fleetv1.AddonSpec)) {
	expect.Refreshed(w.ctx, w.client, w.addon)
	change(&w.addon.Spec)
	Expect(w.client.Update(w.ctx, w.addon)).To(Succeed())
	w.reconcile()
}

func (w *world) release() *helmv2.HelmRelease {
	hr := &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: w.addon.Name}}
	expect.Refreshed(w.ctx, w.client, hr)
	return hr
}

// flux does what Flux does at the end of a pass: conditions at the present generation, the request answered.
func (w *world) flux(list ...metav1.Condition) {
	hr := w.release()
	hr.Status.Conditions = nil
	for _, c := range list {
		c.ObservedGeneration, c.LastTransitionTime = hr.Generation, metav1.NewTime(w.clock.Now())
		apimeta.SetStatusCondition(&hr.Status.Conditions, c)
	}
	hr.Status.ObservedGeneration = hr.Generation
	hr.Status.LastAttemptedRevision, hr.Status.LastAttemptedRevisionDigest = w.fetched(hr)
	hr.Status.LastHandledReconcileAt = hr.Annotations[fluxmeta.ReconcileRequestAnnotation]
	Expect(w.client.Status().Update(w.ctx, hr)).To(Succeed())
	w.reconcile()
}

// fetched does what Flux's source controller does, and returns the version and the digest of the chart.
func (w *world) fetched(hr *helmv2.HelmRelease) (string, string) {
	if hr.Spec.Chart != nil {
		return hr.Spec.Chart.Spec.Version, ""
	}
	source := &sourcev1.OCIRepository{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: hr.Name}}
	expect.Refreshed(w.ctx, w.client, source)
	digest := fmt.Sprintf("sha256:%064d", source.Generation)
	source.Status.ObservedGeneration = source.Generation
	source.Status.Artifact = &fluxmeta.Artifact{
		Path: "chart.tgz", URL: "http://source.example.com/chart.tgz", Digest: digest,
		Revision: source.Spec.Reference.Tag + "@" + digest, LastUpdateTime: metav1.Now(),
	}
	Expect(w.client.Status().Update(w.ctx, source)).To(Succeed())
	return source.Spec.Reference.Tag + "+0123456789ab", digest
}

// deployed lets Flux deploy the release.
func (w *world) deployed() *world {
	w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionTrue, Reason: "InstallSucceeded", Message: "Helm install succeeded"})
	return w
}

// fluxFinalizer does what Flux does first.
func (w *world) fluxFinalizer() {
	hr := w.release()
	hr.Finalizers = append(hr.Finalizers, helmv2.HelmReleaseFinalizer)
	Expect(w.client.Update(w.ctx, hr)).To(Succeed())
}

// expectReady expects what Ready says.
func (w *world) expectReady(status metav1.ConditionStatus, reason string, message ...any) {
	GinkgoHelper()
	expect.Condition(w.addon, fleetv1.ConditionReady, status, reason, message...)
}
