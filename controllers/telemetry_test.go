package controllers_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/telemetry"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/metricdoc"
	"github.com/slipway-dev/slipway/internal/testing/otlp"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// observer is where the suite's manager shows what it does.
type observer struct {
	metrics   string
	collector *otlp.Receiver
	mu        sync.Mutex
	lines     []string
}

var observed = &observer{}

// observe prepares to look at the manager: it changes the configuration with which the manager reaches the API server, and returns
// where the manager serves metrics and where it logs.
func (o *observer) observe(config *rest.Config) (metricsserver.Options, logr.Logger) {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	address := fmt.Sprintf("127.0.0.1:%d", port)
	o.metrics, o.collector = "https://"+address+"/metrics", otlp.Start(GinkgoTB())
	provider, err := tracing.Open(context.Background(), o.collector.ConfigFile(GinkgoTB()), "slipway-manager")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx context.Context) { tracing.Close(ctx, provider) })
	tracing.Outgoing(config, provider)
	return telemetry.Endpoint{Address: address, Secure: true}.Options(), funcr.NewJSON(o.log, funcr.Options{Verbosity: 1})
}

func (o *observer) log(line string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, line)
}

// logged returns the lines that hold all the texts.
func (o *observer) logged(texts ...string) []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []string
	for _, line := range o.lines {
		holds := true
		for _, text := range texts {
			holds = holds && strings.Contains(line, text)
		}
		if holds {
			found = append(found, line)
		}
	}
	return found
}

// scrape reads the metrics as whoever has the token.
func (o *observer) scrape(ctx context.Context, token string) (int, string) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.metrics, nil)
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the server made its certificate
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	Expect(err).NotTo(HaveOccurred())
	return answer.StatusCode, string(body)
}

// token makes a service account that may do what the ClusterRoles say, and returns a token of it.
func token(ctx context.Context, namespace, name string, roles ...string) string {
	GinkgoHelper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	Expect(env.Client.Create(ctx, account)).To(Succeed())
	for _, role := range roles {
		Expect(env.Client.Create(ctx, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: namespace + "-" + role},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}},
		})).To(Succeed())
	}
	request := &authenticationv1.TokenRequest{}
	Expect(env.Client.SubResource("token").Create(ctx, account, request)).To(Succeed())
	return request.Status.Token
}

var _ = Describe("What the manager says about itself", Ordered, func() {
	var namespace, reader string
	var cluster *fleetv1.Cluster
	const id = "7d3c1f0a-nightly-42"
	BeforeAll(func(ctx context.Context) {
		namespace = expect.Namespace(ctx, env.Client, nil)
		reader = token(ctx, namespace, "prometheus", role(ctx, "metrics_reader.yaml").Name)
		expect.Applied(ctx, env.Client, fixture.Platform("observed", fixture.Requiring("infra", "dns")))
		cluster = fixture.Cluster(namespace, "watched", fixture.OnPlatform("observed"),
			fixture.Annotated[*fleetv1.Cluster](fleetv1.AnnotationRequestID, id))
		expect.Applied(ctx, env.Client, cluster)
		expect.Applied(ctx, env.Client, fixture.NodePool(namespace, "pool", "watched", fixture.Replicas(3)))
	})

	It("is for those who may see it", func(ctx context.Context) {
		status, _ := observed.scrape(ctx, "")
		Expect(status).To(Equal(http.StatusUnauthorized))
		status, _ = observed.scrape(ctx, token(ctx, namespace, "stranger"))
		Expect(status).To(Equal(http.StatusForbidden))
		status, body := observed.scrape(ctx, reader)
		Expect(status).To(Equal(http.StatusOK), body)
	})

	It("tells how the fleet stands, and how well adapters report", func(ctx context.Context) {
		expect.Applied(ctx, env.Client, fixture.AdapterStatus(cluster, "infra"))
		Eventually(func(ctx context.Context) string {
			_, body := observed.scrape(ctx, reader)
			return body
		}).WithContext(ctx).Should(SatisfyAll(
			ContainSubstring(`slipway_clusters{platform="observed",state="Pending"} 1`),
			ContainSubstring(`slipway_clusters_state_age_seconds{platform="observed",state="Pending"} `),
			ContainSubstring(`slipway_nodepools{platform="observed",state="Pending"} 1`),
			ContainSubstring(`slipway_nodes{platform="observed",state="Wished"} 3`),
			ContainSubstring(`slipway_nodes{platform="observed",state="Ready"} 0`),
			ContainSubstring(`slipway_platform_usable{platform="observed"} 1`),
			ContainSubstring(`slipway_platform_heartbeat_seconds{platform="observed"} 30`),
			ContainSubstring(`slipway_platform_operation_deadline_seconds{platform="observed"} 3600`),
			ContainSubstring(`slipway_reports_missing{adapter="dns",kind="Cluster",platform="observed"} 1`),
			Not(ContainSubstring(`slipway_reports_missing{adapter="infra",kind="Cluster",platform="observed"}`)),
			ContainSubstring(`slipway_report_age_seconds{adapter="infra",kind="Cluster",platform="observed"} `),
			ContainSubstring(`slipway_operations_in_progress{type="CLUSTER_CREATE"} `),
			ContainSubstring(`slipway_operations_age_seconds{type="CLUSTER_CREATE"} `),
			MatchRegexp(`slipway_reports_total\{kind="Cluster"\} [1-9]`),
			MatchRegexp(`slipway_report_aggregation_seconds_count\{kind="Cluster"\} [1-9]`),
			MatchRegexp(`slipway_aggregation_duration_seconds_count\{kind="NodePool"\} [1-9]`),
		))
	})

	It("is what the page on observability names, and nothing else", func() {
		page, err := metricdoc.Page("Of the manager")
		Expect(err).NotTo(HaveOccurred())
		collector, ok := metrics.Registry.(prometheus.Collector)
		Expect(ok).To(BeTrue())
		registered, err := metricdoc.Registered(collector)
		Expect(err).NotTo(HaveOccurred())
		Expect(metricdoc.Compare(page, registered)).To(BeEmpty())
	})

	It("tells in logs and traces by which request an object was changed", func(ctx context.Context) {
		Eventually(func() []string { return observed.logged(`"requestID":"`+id+`"`, "Wrote the status", namespace) }).ShouldNot(BeEmpty())
		Eventually(func(g Gomega) {
			spans := observed.collector.Spans()
			var reconciled, wrote bool
			for _, span := range spans {
				if span.Name != "reconcile cluster" || span.Attributes["slipway.request"] != namespace+"/watched" || span.Attributes["slipway.request_id"] != id {
					continue
				}
				reconciled = true
				for _, other := range spans {
					wrote = wrote || other.Name == "HTTP PATCH" && other.Trace == span.Trace && other.Parent == span.ID
				}
			}
			g.Expect(reconciled).To(BeTrue(), "a reconciliation has a span that names the request")
			g.Expect(wrote).To(BeTrue(), "and what it wrote is a span below it")
		}).WithContext(ctx).Should(Succeed())
	})

	It("is an event where something happened, and none where a report only says it once more or in other words", func(ctx context.Context) {
		events := func() []string {
			var list eventsv1.EventList
			Expect(env.Client.List(ctx, &list, client.InNamespace(namespace))).To(Succeed())
			var told []string
			for _, event := range list.Items {
				count := int32(1)
				if event.Series != nil {
					count = event.Series.Count
				}
				told = append(told, fmt.Sprintf("%s %s x%d", event.Regarding.Name, event.Reason, count))
			}
			return told
		}
		ready := fixture.AdapterStatus(cluster, "dns")
		expect.Applied(ctx, env.Client, ready)
		Eventually(events).Should(ContainElement("watched Ready x1"))
		before := events()
		for i := range 6 {
			// The words flap, and so does what is said beside Available.
			expect.Applied(ctx, env.Client, fixture.AdapterStatus(cluster, "dns", fixture.Says(fleetv1.ReportAvailable, metav1.ConditionTrue, fmt.Sprint("pass ", i)),
				fixture.Says("Degraded", []metav1.ConditionStatus{metav1.ConditionTrue, metav1.ConditionFalse}[i%2])))
			Eventually(func(g Gomega) {
				expect.Refreshed(ctx, env.Client, cluster)
				g.Expect(fmt.Sprint(cluster.Status.Conditions)).To(ContainSubstring(fmt.Sprint("pass ", i)))
			}).Should(Succeed())
		}
		// The next event shows that all before it have come.
		expect.Applied(ctx, env.Client, fixture.AdapterStatus(cluster, "dns", fixture.Says(fleetv1.ReportAvailable, metav1.ConditionFalse, "broken")))
		Eventually(events).Should(ConsistOf(append(before, "watched NotReady x1")))
	})
})
