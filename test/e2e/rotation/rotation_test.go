//go:build e2e

package rotation

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// policy lets a certificate live for half a minute, and authorities follow each other in the same time.
var policy = []string{"--certificate-validity=30s", "--certificate-renew-before=10s", "--authority-validity=85s"}

var _ = Describe("Certificates that expire", Ordered, func() {
	var (
		work  = newLoad()
		trust = &bundle{}
		stop  = func() {}
		first *corev1.Secret
	)

	BeforeAll(func(ctx SpecContext) {
		service(ctx, "slipway-webhook")
		service(ctx, "api")
		manager, facade := account("slipway-manager"), account("slipway-apiserver")
		var healths []string
		for range 2 {
			webhooks, health := startManager(manager, policy...)
			hub.webhooks, healths = append(hub.webhooks, webhooks), append(healths, health)
			hub.facades = append(hub.facades, startFacade(facade))
		}
		direct(ctx, balance(ctx, hub.webhooks), balance(ctx, hub.facades))
		for _, health := range healths {
			healthy(ctx, health)
		}
		kubectl(ctx, "wait", "--for=condition=Available", "--timeout=120s", "apiservice/v1alpha1.rest.slipway.dev")
		kubectl(ctx, "create", "namespace", tenant)
		kubectl(ctx, "apply", "--server-side", "-f", "config/samples/platform.yaml")
	}, NodeTimeout(patience))

	AfterAll(func() { stop() })

	It("come and go while everybody works", func(ctx SpecContext) {
		token := caller(ctx)
		first = authority(ctx)
		loading, cancel := context.WithCancel(context.Background())
		stop = cancel
		core, err := kubernetes.NewForConfig(hub.Config)
		Expect(err).NotTo(HaveOccurred())
		for _, address := range hub.webhooks {
			work.repeat(loading, "connections to webhooks", work.handshake(trust, address, "slipway-webhook.slipway-system.svc"))
		}
		for _, address := range hub.facades {
			work.repeat(loading, "connections to facades", work.handshake(trust, address, facadeHost))
			work.repeat(loading, "requests over new connections", work.request(trust, address, token))
			work.repeat(loading, "requests over one connection", lasting(loading, trust, address, token))
		}
		work.repeat(loading, "writes by way of the webhooks", write)
		work.repeat(loading, "requests by way of the API server", func(ctx context.Context) error { return proxied(ctx, core) })

		By("signing by three authorities, the first of which is forgotten")
		Eventually(func(g Gomega) {
			if failed := work.failed(); len(failed) > 0 {
				StopTrying("a request failed: " + failed[0]).Now()
			}
			g.Expect(work.signers(hub.webhooks)).To(BeNumerically(">=", 3))
			g.Expect(work.signers(hub.facades)).To(BeNumerically(">=", 3))
			g.Expect(authority(ctx).Data["ca.crt"]).NotTo(ContainSubstring(string(first.Data["tls.crt"])))
		}, patience, "1s").Should(Succeed())
	}, NodeTimeout(2*patience))

	It("are made again when somebody deletes them", func(ctx SpecContext) {
		for _, name := range []string{"slipway-apiserver-certificate", "slipway-webhook-certificate", "slipway-ca"} {
			was := &corev1.Secret{}
			Expect(hub.Client.Get(ctx, client.ObjectKey{Namespace: system, Name: name}, was)).To(Succeed())
			Expect(hub.Client.Delete(ctx, was)).To(Succeed())
			now := &corev1.Secret{}
			Eventually(func(g Gomega) {
				g.Expect(hub.Client.Get(ctx, client.ObjectKeyFromObject(was), now)).To(Succeed())
				g.Expect(now.UID).NotTo(Equal(was.UID))
				g.Expect(now.Data["tls.crt"]).NotTo(Equal(was.Data["tls.crt"]))
			}).Should(Succeed())
		}
		signers := work.signers(hub.facades)
		Eventually(func() int { return work.signers(hub.facades) }).Should(BeNumerically(">", signers), "the new authority signs")
	}, NodeTimeout(patience))

	It("never let a request fail", func() {
		stop()
		work.running.Wait()
		for _, what := range []string{
			"connections to webhooks", "connections to facades", "requests over new connections", "requests over one connection",
			"writes by way of the webhooks", "requests by way of the API server",
		} {
			AddReportEntry(fmt.Sprintf("%d %s", work.requests[what], what))
			Expect(work.requests[what]).To(BeNumerically(">", 100), what)
		}
		for _, address := range append(hub.webhooks, hub.facades...) {
			Expect(len(work.presented[address])).To(BeNumerically(">=", 5), "certificates of %s", address)
		}
		Expect(work.failures).To(BeEmpty())
	})
})

// caller makes a user of the tenant and returns a token.
func caller(ctx context.Context) string {
	GinkgoHelper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: tenant, Name: "caller"}}
	Expect(hub.Client.Create(ctx, account)).To(Succeed())
	Expect(hub.Client.Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: tenant, Name: "caller"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "slipway-viewer"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: tenant, Name: "caller"}},
	})).To(Succeed())
	request := &authenticationv1.TokenRequest{}
	Expect(hub.Client.SubResource("token").Create(ctx, account, request)).To(Succeed())
	return request.Status.Token
}

// authority is the Secret with the authorities.
func authority(ctx context.Context) *corev1.Secret {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(hub.Client.Get(ctx, client.ObjectKey{Namespace: system, Name: "slipway-ca"}, secret)).To(Succeed())
	return secret
}

// write has the webhooks asked, those that complete and those that refuse, and changes nothing.
func write(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return hub.Client.Create(ctx, &fleetv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: tenant, GenerateName: "asked-"}, Spec: fleetv1.ClusterSpec{PlatformName: "example"},
	}, client.DryRunAll)
}

// proxied asks a facade by way of the API server.
func proxied(ctx context.Context, core kubernetes.Interface) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return core.Discovery().RESTClient().Get().AbsPath("/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1/clusters").Do(ctx).Error()
}
