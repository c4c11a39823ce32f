//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/tenant"
)

// What installations meet less often than these suites meet everything else. hack/rights wants to see every right used.
var _ = Describe("What is done seldom", Ordered, func() {
	var (
		namespace string
		record    *fleetv1.Operation
	)
	old := metav1.NewTime(time.Now().AddDate(-1, 0, 0).UTC().Truncate(time.Second))

	// end says when the record ended. The manager may say something about it too, as its target is gone.
	end := func(ctx context.Context) {
		patch := fmt.Sprintf(`{"status":{"observedGeneration":1,"state":"Succeeded","endTime":%q}}`, old.Format(time.RFC3339))
		err := hub.client.Status().Patch(ctx, record.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(patch)))
		Expect(client.IgnoreNotFound(err)).To(Succeed())
	}

	BeforeAll(func(ctx SpecContext) {
		namespace = tenantNamespace(ctx, "seldom")
		record = &fleetv1.Operation{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "from-last-year"},
			Spec: fleetv1.OperationSpec{
				Type: fleetv1.OperationClusterCreate, Generation: 1, Sequence: 1, StartTime: old,
				Target:  fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: "gone", Name: "gone"},
				Cluster: fleetv1.OperationCluster{ID: "gone", Name: "gone"},
			},
		}
		Expect(hub.client.Create(ctx, record)).To(Succeed())
		end(ctx)
	}, NodeTimeout(patience))

	It("an adapter finds a report of its own about an earlier object of the same name, and replaces it", func(ctx SpecContext) {
		for platform, adapter := range map[string]string{"imported": "import", "kwok": "kwok"} {
			cluster := newCluster(namespace, "again-"+adapter, platform)
			// There is no need for a control plane.
			cluster.Annotations = map[string]string{"kwok.slipway.dev/fail": "on purpose"}
			status := outdated(cluster, adapter)
			Expect(hub.client.Create(ctx, status)).To(Succeed())
			Expect(hub.client.Create(ctx, cluster)).To(Succeed())
			Eventually(func(g Gomega) {
				g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(status), status)).To(Succeed())
				g.Expect(status.Spec.TargetRef.UID).To(Equal(cluster.UID))
			}).WithContext(ctx).Should(Succeed())
		}
	}, NodeTimeout(patience))

	It("an add-on comes from a repository of charts, and moves between the Flux of the hub and one of its own", func(ctx SpecContext) {
		cluster := newCluster(namespace, "mover", "kwok")
		cluster.Spec.AddonDelivery = fleetv1.DeliveryTenant
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		Expect(hub.client.Create(ctx, newPool(cluster, "default-worker", 1))).To(Succeed())
		values := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "values"}, Data: map[string]string{"values.yaml": "{}"}}
		Expect(hub.client.Create(ctx, values)).To(Succeed())
		url := chartRepository("npd", "1.13.5")
		template := newTemplate(ctx, "repository", "npd", func(t *fleetv1.AddonTemplate) {
			t.Spec.Source = fleetv1.ChartSource{Type: sourcev1.HelmRepositoryKind, URL: url}
		})
		addon := newAddon(cluster, "npd", template.Name, "1.13.5")
		addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "ConfigMap", Name: values.Name}}
		install(ctx, addon)
		eventuallyReady(ctx, addon)

		deliver := func(delivery fleetv1.Delivery) {
			change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.AddonDelivery = delivery })
			Eventually(func(g Gomega) {
				g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), addon)).To(Succeed())
				g.Expect(addon.Status.Delivery).To(Equal(delivery), describe(addon))
				g.Expect(addon.Status.MovedFrom).To(BeEmpty(), describe(addon))
			}).WithContext(ctx).Should(Succeed())
			eventuallyReady(ctx, addon)
		}
		deliver(fleetv1.DeliveryHub)
		chart := &sourcev1.HelmChart{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: namespace + "-" + addon.Name}}
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(chart), chart)).To(Succeed())
		deliver(fleetv1.DeliveryTenant)
		for _, left := range []client.Object{
			chart,
			&sourcev1.HelmRepository{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: addon.Name}},
			&helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: addon.Name}},
		} {
			eventuallyGone(ctx, left)
		}
	}, NodeTimeout(2*patience))

	It("a program reports through REST where an earlier object of the same name was reported about", func(ctx SpecContext) {
		home := tenant.New(ctx, GinkgoTB(), hub.client, tenant.Wish{Prefix: "seldom", Cluster: []string{"dns"}, NodePool: []string{"dns"}})
		rest := newRESTClient("SLIPWAY_URL", home.Token(ctx, GinkgoTB(), tenant.Admin))
		cluster := newCluster(home.Namespace, "again", home.Platform)
		status := outdated(cluster, "dns")
		Expect(hub.client.Create(ctx, status)).To(Succeed())
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		Eventually(func(g Gomega) {
			path := "/api/hyperfleet/v1/clusters/" + string(cluster.UID) + "/statuses"
			answer, err := rest.send(ctx, http.MethodPost, path, observation("dns", 1, time.Now(), "True", ""), nil)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(answer.status).To(Equal(http.StatusCreated), answer.String())
		}).WithContext(ctx).Should(Succeed())
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(status), status)).To(Succeed())
		Expect(status.Spec.TargetRef.UID).To(Equal(cluster.UID))
	}, NodeTimeout(patience))

	It("an add-on that a quota refuses leaves no Secret behind", func(ctx SpecContext) {
		rest := restAccount(ctx, namespace)
		quota := &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "addons"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/addons.fleet.slipway.dev": resource.MustParse("0")}},
		}
		Expect(hub.client.Create(ctx, quota)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(quota), quota)).To(Succeed())
			g.Expect(quota.Status.Used).To(HaveKey(corev1.ResourceName("count/addons.fleet.slipway.dev")))
		}).WithContext(ctx).Should(Succeed())
		body := map[string]any{"addon": "dashboard", "params": map[string]any{"admin_password": "hunter2-hunter2"}}
		answer := rest.must(ctx, http.MethodPost, "/api/clusters/mover/addons", body)
		Expect(answer.status).To(Equal(http.StatusForbidden), answer.String())
		secrets := &corev1.SecretList{}
		Expect(hub.client.List(ctx, secrets, client.InNamespace(namespace), client.HasLabels{fleetv1.LabelParams})).To(Succeed())
		Expect(secrets.Items).To(BeEmpty())
	}, NodeTimeout(patience))

	It("a record that was kept for long enough goes", func(ctx SpecContext) {
		end(ctx)
		eventuallyGone(ctx, record)
	}, NodeTimeout(patience))
})

// outdated is what an adapter reported about an earlier object of the same name.
func outdated(cluster *fleetv1.Cluster, adapter string) *fleetv1.AdapterStatus {
	target := fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: cluster.Name, UID: "00000000-0000-0000-0000-000000000000"}
	return &fleetv1.AdapterStatus{
		ObjectMeta: metav1.ObjectMeta{Namespace: cluster.Namespace, Name: fleetv1.AdapterStatusName(target, adapter)},
		Spec:       fleetv1.AdapterStatusSpec{TargetRef: target, Adapter: adapter},
	}
}

// chartRepository serves a chart of the local environment as a repository with an index does, for one spec, and returns its URL.
func chartRepository(name, version string) string {
	GinkgoHelper()
	archive := name + "-" + version + ".tgz"
	index, err := json.Marshal(map[string]any{"apiVersion": "v1", "entries": map[string]any{
		name: []map[string]any{{"apiVersion": "v2", "name": name, "version": version, "urls": []string{archive}}},
	}})
	Expect(err).NotTo(HaveOccurred())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /index.yaml", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "%s", index) })
	mux.HandleFunc("GET /"+archive, func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(hub.stateDir, "charts", archive))
	})
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}}
	server.Start()
	DeferCleanup(server.Close)
	return server.URL
}
