package importadapter_test

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/importadapter"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// door stands in front of a real API server. It lets in whoever has the token, and keeps a record of all requests.
type door struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string
	// answer, if it is not zero, is the status of every answer.
	answer int
}

const token = "s3cr3t-t0ken"

func newDoor(t *testing.T, config *rest.Config) *door {
	t.Helper()
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header.Del("Authorization")
		},
	}
	d := &door{}
	d.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.requests = append(d.requests, r.Method+" "+r.URL.Path)
		answer := d.answer
		d.mu.Unlock()
		switch {
		case answer != 0:
			w.WriteHeader(answer)
		case r.Header.Get("Authorization") != "Bearer "+token:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

func (d *door) answers(status int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = status
}

// taken returns the requests since the last call.
func (d *door) taken() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.requests
	d.requests = nil
	return taken
}

func (d *door) kubeconfig(user string) string {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d.Certificate().Raw})
	return "current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: '" + d.URL +
		"', certificate-authority-data: " + base64.StdEncoding.EncodeToString(ca) + "}}]\nusers: [{name: u, user: {" + user + "}}]"
}

// bench is an adapter with a Cluster and a NodePool. The hub is simulated, the imported cluster is not.
type bench struct {
	*testing.T
	ctx     context.Context
	hub     client.WithWatch
	adapter *importadapter.Adapter
	cluster *fleetv1.Cluster
	pool    *fleetv1.NodePool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	logf.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), fleetv1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	hub := fake.NewClientBuilder().WithScheme(scheme).Build()
	b := &bench{
		T: t, ctx: context.Background(), hub: hub,
		adapter: importadapter.New(hub, clock.RealClock{}),
		cluster: fixture.Cluster("team-a", "legacy"),
		pool:    fixture.NodePool("team-a", "workers", "legacy"),
	}
	b.cluster.UID, b.pool.UID = "cluster-uid", "pool-uid"
	return b
}

func (b *bench) secret(name, key, content string) {
	b.Helper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: name}, Data: map[string][]byte{key: []byte(content)}}
	if err := client.IgnoreNotFound(b.hub.Delete(b.ctx, secret.DeepCopy())); err != nil {
		b.Fatal(err)
	}
	if err := b.hub.Create(b.ctx, secret); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) reconciled(kind string) adapter.Report {
	b.Helper()
	target := adapter.Target{Kind: kind, Cluster: b.cluster}
	if kind == fleetv1.KindNodePool {
		target.NodePool = b.pool
	}
	report, err := b.adapter.Reconcile(b.ctx, target)
	if err != nil {
		b.Fatal(err)
	}
	return report
}

func (b *bench) expect(report adapter.Report, status metav1.ConditionStatus, reason, message string) {
	b.Helper()
	if got := report.Available; got.Status != status || got.Reason != reason || !strings.Contains(got.Message, message) {
		b.Errorf("Available = %s %s %q, want %s %s …%s…", got.Status, got.Reason, got.Message, status, reason, message)
	}
	if strings.Contains(report.Available.Message, token) {
		b.Errorf("the message holds the token: %s", report.Available.Message)
	}
}

// learned stands for the controllers, which copy facts into the status.
func (b *bench) learned(report adapter.Report) {
	if report.Cluster != nil {
		b.cluster.Status.KubernetesVersion = report.Cluster.KubernetesVersion
		b.cluster.Status.KubeconfigChecksum = report.Cluster.KubeconfigChecksum
	}
}

func node(name, providerID, pool string, ready corev1.ConditionStatus) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{fleetv1.LabelNodePool: pool, "disk": "ssd"}},
		Spec:       corev1.NodeSpec{ProviderID: providerID},
		Status: corev1.NodeStatus{
			NodeInfo:  corev1.NodeSystemInfo{KubeletVersion: "v1.33.1"},
			Addresses: []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: name}, {Type: corev1.NodeInternalIP, Address: "10.0.0.7"}},
		},
	}
	if ready != "" {
		n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready}}
	}
	return n
}
