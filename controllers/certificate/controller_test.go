package certificate_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slipway-dev/slipway/controllers/certificate"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const day = 24 * time.Hour

func decoded(text string) string {
	GinkgoHelper()
	content, err := base64.StdEncoding.DecodeString(text)
	Expect(err).NotTo(HaveOccurred())
	return string(content)
}

var _ = Describe("Certificates", func() {
	It("are made and trusted everywhere, and then nothing is written", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		Expect(strings.Count(w.trusted(ctx), "BEGIN")).To(Equal(1))
		Expect(bundles(ctx)).To(HaveLen(3 + 1 + 1 + countWebhooks(ctx)))
		facade := leaf(secret(ctx, certificate.FacadeSecret))
		Expect(facade.DNSNames).To(ConsistOf("api.slipway-system.svc", "api.slipway-system.svc.cluster.local", "fleet.example.com"))
		Expect(facade.IPAddresses).To(HaveLen(1))
		Expect(facade.NotAfter).To(BeTemporally("~", w.clock.Now().Add(policy.Validity), time.Second))
		for _, name := range []string{certificate.AuthorityName, certificate.WebhookSecret, certificate.FacadeSecret} {
			Expect(secret(ctx, name).Type).To(Equal(corev1.SecretTypeTLS))
			Expect(secret(ctx, name).Labels).To(HaveKeyWithValue("app.kubernetes.io/part-of", "slipway"))
		}

		before, count := versions(ctx), w.writes.Count()
		w.pass(59 * time.Minute)
		w.reconcile(ctx)
		Expect(versions(ctx)).To(Equal(before))
		Expect(w.writes.Count()).To(Equal(count), "not even writes without effect")
	})

	It("are renewed in time, under the same authority", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		authority, was := secret(ctx, certificate.AuthorityName), leaf(secret(ctx, certificate.FacadeSecret))
		w.pass(59 * day)
		w.reconcile(ctx)
		Expect(leaf(secret(ctx, certificate.FacadeSecret)).SerialNumber).To(Equal(was.SerialNumber))
		w.pass(day)
		w.reconcile(ctx)
		Expect(leaf(secret(ctx, certificate.FacadeSecret)).SerialNumber).NotTo(Equal(was.SerialNumber))
		Expect(secret(ctx, certificate.AuthorityName).ResourceVersion).To(Equal(authority.ResourceVersion))
		w.trusted(ctx)
	})

	It("follow a new authority only when it has long been trusted", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		first := secret(ctx, certificate.AuthorityName)
		for range 21 { // to the day when a successor is needed
			w.pass(10 * day)
			w.reconcile(ctx)
		}
		Expect(strings.Count(w.trusted(ctx), "BEGIN")).To(Equal(2), "the successor is trusted")
		Expect(secret(ctx, certificate.AuthorityName).Data[corev1.TLSCertKey]).To(Equal(first.Data[corev1.TLSCertKey]), "and does not sign yet")
		issuer := leaf(secret(ctx, certificate.WebhookSecret)).Issuer.CommonName

		w.pass(29 * day)
		w.reconcile(ctx)
		Expect(leaf(secret(ctx, certificate.WebhookSecret)).Issuer.CommonName).To(Equal(issuer))
		w.pass(day)
		w.reconcile(ctx)
		for _, name := range []string{certificate.WebhookSecret, certificate.FacadeSecret} {
			Expect(leaf(secret(ctx, name)).Issuer.CommonName).NotTo(Equal(issuer))
		}
		Expect(strings.Count(w.trusted(ctx), "BEGIN")).To(Equal(2), "the first is still trusted")
		Expect(secret(ctx, certificate.AuthorityName).Data).NotTo(HaveKey("next.key"))

		for range 13 {
			w.pass(10 * day)
			w.reconcile(ctx)
		}
		Expect(w.trusted(ctx)).NotTo(ContainSubstring(string(first.Data[corev1.TLSCertKey])))
	})

	It("are made again if their Secrets are deleted", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		bundle, was := w.trusted(ctx), leaf(secret(ctx, certificate.FacadeSecret))
		Expect(env.Client.Delete(ctx, secret(ctx, certificate.FacadeSecret))).To(Succeed())
		Expect(env.Client.Delete(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: certificate.AuthorityName}})).To(Succeed())
		w.reconcile(ctx)
		Expect(leaf(secret(ctx, certificate.FacadeSecret)).SerialNumber).NotTo(Equal(was.SerialNumber))
		Expect(w.trusted(ctx)).To(Equal(bundle))
	})

	It("stay as they are if the authority is deleted, until its successor is trusted", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		bundle, was := w.trusted(ctx), leaf(secret(ctx, certificate.FacadeSecret))
		Expect(env.Client.Delete(ctx, secret(ctx, certificate.AuthorityName))).To(Succeed())
		w.reconcile(ctx)
		Expect(w.trusted(ctx)).To(ContainSubstring(bundle))
		Expect(leaf(secret(ctx, certificate.FacadeSecret)).SerialNumber).To(Equal(was.SerialNumber))
		w.pass(30 * day)
		w.reconcile(ctx)
		Expect(leaf(secret(ctx, certificate.FacadeSecret)).Issuer).NotTo(Equal(was.Issuer))
		Expect(w.trusted(ctx)).To(ContainSubstring(bundle), "a facade that is late may still have the old one")
	})

	It("are trusted again where somebody has taken the authority away", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		bundle := w.trusted(ctx)
		webhooks := &admissionv1.ValidatingWebhookConfiguration{}
		Expect(env.Client.Get(ctx, client.ObjectKey{Name: "slipway"}, webhooks)).To(Succeed())
		webhooks.Webhooks[1].ClientConfig.CABundle = nil
		Expect(env.Client.Update(ctx, webhooks)).To(Succeed())
		w.reconcile(ctx)
		Expect(w.trusted(ctx)).To(Equal(bundle))
	})

	DescribeTable("put right what somebody wrote by hand", func(ctx SpecContext, name string, of corev1.SecretType, data map[string][]byte) {
		w := newWorld(ctx)
		Expect(env.Client.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: of, Data: data,
		})).To(Succeed())
		w.reconcile(ctx)
		w.trusted(ctx)
		count := w.writes.Count()
		w.reconcile(ctx)
		Expect(w.writes.Count()).To(Equal(count))
	},
		Entry("no certificate", certificate.FacadeSecret, corev1.SecretTypeTLS, map[string][]byte{"tls.crt": []byte("a"), "tls.key": []byte("b")}),
		Entry("a Secret of another type", certificate.WebhookSecret, corev1.SecretTypeOpaque, map[string][]byte{"other": []byte("a")}),
		Entry("no authority", certificate.AuthorityName, corev1.SecretTypeOpaque,
			map[string][]byte{"tls.crt": []byte("a"), "next.crt": []byte("b"), "authorities.json": []byte("{"), "other": []byte("c")}),
	)

	It("say what to do about a Secret that cannot be changed", func(ctx SpecContext) {
		w := newWorld(ctx)
		immutable := true
		Expect(env.Client.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: certificate.FacadeSecret}, Immutable: &immutable,
		})).To(Succeed())
		_, err := w.reconciler.Reconcile(ctx, reconcile.Request{})
		Expect(err).To(MatchError(ContainSubstring("can be deleted if it cannot be changed")))
		Expect(leaf(secret(ctx, certificate.WebhookSecret)).DNSNames).NotTo(BeEmpty(), "the other server has its certificate")
		Expect(env.Client.Delete(ctx, secret(ctx, certificate.FacadeSecret))).To(Succeed())
		w.reconcile(ctx)
		w.trusted(ctx)
	})

	It("are kept where parts of Slipway are not installed", func(ctx SpecContext) {
		w := newWorld(ctx)
		for _, object := range everything()[3:] {
			Expect(client.IgnoreNotFound(env.Client.Delete(ctx, object))).To(Succeed())
		}
		w.reconcile(ctx)
		bundle := w.trusted(ctx)
		apply(ctx, "config/webhook/manifests.yaml", "config/apiserver/apiservice.yaml")
		w.reconcile(ctx)
		Expect(w.trusted(ctx)).To(Equal(bundle))
	})

	It("do not hold on to a webhook that an upgrade takes away", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.reconcile(ctx)
		content, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "webhook", "manifests.yaml"))
		Expect(err).NotTo(HaveOccurred())
		at := strings.LastIndex(string(content), "- admissionReviewVersions:")
		fewer := filepath.Join(GinkgoT().TempDir(), "fewer.yaml")
		Expect(os.WriteFile(fewer, content[:at], 0o600)).To(Succeed())
		count := countWebhooks(ctx)
		applyFile(ctx, fewer)
		Expect(countWebhooks(ctx)).To(Equal(count - 1))
		w.reconcile(ctx)
		w.trusted(ctx)
	})

	It("survive a manager that dies at any write", func(ctx SpecContext) {
		w := newWorld(ctx)
		for n, killed := 1, true; killed; n++ {
			for _, object := range everything()[:3] {
				Expect(client.IgnoreNotFound(env.Client.Delete(ctx, object))).To(Succeed())
			}
			w.writes.FailAt((n+1)/2, n%2 == 0) // before and after each write
			_, err := w.reconciler.Reconcile(ctx, reconcile.Request{})
			killed = w.writes.Killed()
			Expect(err != nil).To(Equal(killed))
			w.writes.Revive()
			w.reconcile(ctx)
			w.trusted(ctx)
		}
	})
})

// countWebhooks is how many webhooks there are.
func countWebhooks(ctx context.Context) int {
	GinkgoHelper()
	count := 0
	for where := range bundles(ctx) {
		if strings.Contains(where, "WebhookConfiguration") {
			count++
		}
	}
	Expect(count).To(BeNumerically(">", 5))
	return count
}
