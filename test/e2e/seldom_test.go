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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// What installations meet less often than these suites meet everything else. hack/rights wants to see every right used.
var _ = Describe("What is done seldom", Ordered, func() {
	var namespace string
	old := metav1.NewTime(time.Now().AddDate(-1, 0, 0).UTC().Truncate(time.Second))

	BeforeAll(func(ctx SpecContext) {
		namespace = tenantNamespace(ctx, "seldom")
		record := &fleetv1.Operation{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "from-last-year"},
			Spec: fleetv1.OperationSpec{
				Type: fleetv1.OperationClusterCreate, Generation: 1, Sequence: 1, StartTime: old,
				Target:  fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: "gone", Name: "gone"},
				Cluster: fleetv1.OperationCluster{ID: "gone", Name: "gone"},
			},
		}
		Expect(hub.client.Create(ctx, record)).To(Succeed())
		record.Status = fleetv1.OperationStatus{ObservedGeneration: 1, State: fleetv1.OperationSucceeded, EndTime: &old}
		Expect(hub.client.Status().Update(ctx, record)).To(Succeed())
	}, NodeTimeout(patience))

	It("an adapter finds a report of its own about an earlier object of the same name, and replaces it", func(ctx SpecContext) {
		for platform, adapter := range map[string]string{"imported": "import", "kwok": "kwok"} {
			cluster := newCluster(namespace, "again-"+adapter, platform)
			// There is no need for a control plane.
			cluster.Annotations = map[string]string{"kwok.slipway.dev/fail": "on purpose"}
			target := fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: cluster.Name, UID: "00000000-0000-0000-0000-000000000000"}
			status := &fleetv1.AdapterStatus{
				ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fleetv1.AdapterStatusName(target, adapter)},
				Spec:       fleetv1.AdapterStatusSpec{TargetRef: target, Adapter: adapter},
			}
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

	It("a record that was kept for long enough goes", func(ctx SpecContext) {
		eventuallyGone(ctx, &fleetv1.Operation{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "from-last-year"}})
	}, NodeTimeout(patience))
})

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
