package certificate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slipway-dev/slipway/controllers/certificate"
	decider "github.com/slipway-dev/slipway/internal/certificate"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const namespace = "slipway-system"

var (
	env *testenv.Environment
	// account is the manager's service account with no rights but those of config/certificates/self-managed.
	account *envtest.AuthenticatedUser
	asAdmin string
	policy  = decider.Policy{Validity: 90 * 24 * time.Hour, RenewBefore: 30 * 24 * time.Hour, AuthorityValidity: 360 * 24 * time.Hour}
)

func TestCertificates(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Certificates")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	env = testenv.ForSuite(testenv.Options{})
	admin, err := env.User("admin", "system:masters")
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := admin.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	asAdmin = filepath.Join(GinkgoT().TempDir(), "admin.kubeconfig")
	Expect(os.WriteFile(asAdmin, kubeconfig, 0o600)).To(Succeed())
	Expect(env.Client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})).To(Succeed())
	apply(ctx, "config/certificates/self-managed/role.yaml", "config/certificates/self-managed/role_binding.yaml")
	account, err = env.User("system:serviceaccount:"+namespace+":slipway-manager",
		"system:serviceaccounts", "system:serviceaccounts:"+namespace)
	Expect(err).NotTo(HaveOccurred())
})

// apply applies files of the checkout as an administrator.
func apply(ctx context.Context, files ...string) {
	GinkgoHelper()
	for _, file := range files {
		applyFile(ctx, filepath.Join(testenv.Root(), filepath.FromSlash(file)))
	}
}

// applyFile applies a file as an administrator, in the way that leaves alone what others have written.
func applyFile(ctx context.Context, file string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"),
		"--kubeconfig", asAdmin, "apply", "--server-side", "-f", file)
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(output))
}

// world is a management cluster with the webhooks and the APIService in it, and a manager that keeps the certificates.
type world struct {
	writes     *expect.Writes
	clock      *testingclock.FakePassiveClock
	reconciler *certificate.Reconciler
}

// newWorld installs what trusts, and removes everything at the end.
func newWorld(ctx context.Context) *world {
	GinkgoHelper()
	apply(ctx, "config/webhook/manifests.yaml", "config/webhook/access_key.yaml", "config/apiserver/apiservice.yaml")
	w := &world{writes: &expect.Writes{}, clock: testingclock.NewFakePassiveClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	c, err := client.NewWithWatch(account.Config(), client.Options{Scheme: env.Scheme})
	Expect(err).NotTo(HaveOccurred())
	w.reconciler = &certificate.Reconciler{
		Options: certificate.Options{Namespace: namespace, Policy: policy, FacadeNames: []string{"fleet.example.com", "192.0.2.1"}},
		Client:  w.writes.Client(c), Live: c, Clock: w.clock,
	}
	DeferCleanup(func(ctx context.Context) {
		for _, object := range everything() {
			Expect(client.IgnoreNotFound(env.Client.Delete(ctx, object))).To(Succeed())
		}
	})
	return w
}

// everything is what is kept.
func everything() []client.Object {
	var all []client.Object
	for _, name := range []string{certificate.AuthorityName, certificate.WebhookSecret, certificate.FacadeSecret} {
		all = append(all, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})
	}
	service := &unstructured.Unstructured{}
	service.SetAPIVersion("apiregistration.k8s.io/v1")
	service.SetKind("APIService")
	service.SetName("v1alpha1.rest.slipway.dev")
	return append(all, service,
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: certificate.AuthorityName}},
		&admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "slipway"}},
		&admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "slipway-access-key"}},
		&admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "slipway"}})
}

// reconcile has the manager do what there is to do.
func (w *world) reconcile(ctx context.Context) {
	GinkgoHelper()
	result, err := w.reconciler.Reconcile(ctx, reconcile.Request{})
	Expect(err).NotTo(HaveOccurred())
	Expect(result.RequeueAfter).To(BeNumerically(">", 0))
}

// pass passes time.
func (w *world) pass(d time.Duration) { w.clock.SetTime(w.clock.Now().Add(d)) }

// secret reads a Secret.
func secret(ctx context.Context, name string) *corev1.Secret {
	GinkgoHelper()
	read := &corev1.Secret{}
	Expect(env.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, read)).To(Succeed())
	return read
}

// leaf is the certificate in a Secret.
func leaf(s *corev1.Secret) *x509.Certificate {
	GinkgoHelper()
	pair, err := tls.X509KeyPair(s.Data[corev1.TLSCertKey], s.Data[corev1.TLSPrivateKeyKey])
	Expect(err).NotTo(HaveOccurred())
	return pair.Leaf
}

// bundles are what everybody trusts, by where it says so.
func bundles(ctx context.Context) map[string]string {
	GinkgoHelper()
	found := map[string]string{}
	for _, object := range everything() {
		kind := objectKind(object) + " " + object.GetName()
		Expect(client.IgnoreNotFound(env.Client.Get(ctx, client.ObjectKeyFromObject(object), object))).To(Succeed())
		if object.GetResourceVersion() == "" {
			continue
		}
		switch object := object.(type) {
		case *corev1.Secret:
			found[kind] = string(object.Data["ca.crt"])
		case *corev1.ConfigMap:
			found[kind] = object.Data["ca.crt"]
		case *admissionv1.ValidatingWebhookConfiguration:
			for _, webhook := range object.Webhooks {
				found[kind+" "+webhook.Name] = string(webhook.ClientConfig.CABundle)
			}
		case *admissionv1.MutatingWebhookConfiguration:
			for _, webhook := range object.Webhooks {
				found[kind+" "+webhook.Name] = string(webhook.ClientConfig.CABundle)
			}
		case *unstructured.Unstructured:
			bundle, _, err := unstructured.NestedString(object.Object, "spec", "caBundle")
			Expect(err).NotTo(HaveOccurred())
			found[kind] = decoded(bundle)
		}
	}
	return found
}

// versions are the resource versions of everything that is there.
func versions(ctx context.Context) map[string]string {
	GinkgoHelper()
	found := map[string]string{}
	for _, object := range everything() {
		Expect(client.IgnoreNotFound(env.Client.Get(ctx, client.ObjectKeyFromObject(object), object))).To(Succeed())
		found[objectKind(object)+" "+object.GetName()] = object.GetResourceVersion()
	}
	return found
}

func objectKind(object client.Object) string {
	GinkgoHelper()
	if of := object.GetObjectKind().GroupVersionKind().Kind; of != "" {
		return of
	}
	kinds, _, err := env.Scheme.ObjectKinds(object)
	Expect(err).NotTo(HaveOccurred())
	_, err = apimeta.Accessor(object)
	Expect(err).NotTo(HaveOccurred())
	return kinds[0].Kind
}

// trusted expects that everybody trusts the same, and that it is enough to accept what the servers have. It returns the bundle.
func (w *world) trusted(ctx context.Context) string {
	GinkgoHelper()
	all := bundles(ctx)
	one := all["ConfigMap "+certificate.AuthorityName]
	Expect(one).NotTo(BeEmpty())
	for where, bundle := range all {
		Expect(bundle).To(Equal(one), where)
	}
	roots := x509.NewCertPool()
	Expect(roots.AppendCertsFromPEM([]byte(one))).To(BeTrue())
	for name, host := range map[string]string{
		certificate.WebhookSecret: "slipway-webhook.slipway-system.svc", certificate.FacadeSecret: "api.slipway-system.svc",
	} {
		_, err := leaf(secret(ctx, name)).Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: w.clock.Now()})
		Expect(err).NotTo(HaveOccurred(), name)
	}
	return one
}
