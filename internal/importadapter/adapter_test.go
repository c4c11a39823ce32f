package importadapter_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/importadapter"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// TestAnImportedCluster goes through the life of an import against a real API server.
func TestAnImportedCluster(t *testing.T) {
	tenant := testenv.ForTest(t, testenv.Options{})
	for _, n := range []*corev1.Node{
		node("a", "cloud://1", "workers", corev1.ConditionTrue), node("b", "cloud://1", "workers", corev1.ConditionFalse),
		node("c", "", "workers", ""), node("d", "cloud://4", "others", corev1.ConditionTrue),
	} {
		if err := tenant.Client.Create(context.Background(), n); err != nil {
			t.Fatal(err)
		}
	}
	front := newDoor(t, tenant.Config)
	b := newBench(t)
	b.secret("legacy-kubeconfig", "value", front.kubeconfig("token: "+token))

	report := b.reconciled(fleetv1.KindCluster)
	b.expect(report, metav1.ConditionTrue, fleetv1.ReasonClusterAnswers, front.URL)
	if f := report.Cluster; f.APIEndpoint != front.URL || f.KubernetesVersion != "v1.37.1" || f.KubeconfigSecretName != "legacy-kubeconfig" || len(f.KubeconfigChecksum) != 32 {
		t.Errorf("facts = %+v", f)
	}
	if report.RequeueAfter < 30*time.Second || report.RequeueAfter > 36*time.Second {
		t.Errorf("the next check is after %s", report.RequeueAfter)
	}
	b.learned(report)

	pool := b.reconciled(fleetv1.KindNodePool)
	b.expect(pool, metav1.ConditionTrue, fleetv1.ReasonClusterAnswers, "3 nodes carry the labels fleet.slipway.dev/node-pool=workers")
	var third corev1.Node
	if err := tenant.Client.Get(b.ctx, client.ObjectKey{Name: "c"}, &third); err != nil {
		t.Fatal(err)
	}
	var second corev1.Node
	if err := tenant.Client.Get(b.ctx, client.ObjectKey{Name: "b"}, &second); err != nil {
		t.Fatal(err)
	}
	want := &fleetv1.NodePoolFacts{Replicas: 3, ReadyReplicas: 1, KubernetesVersion: "v1.33.1", Nodes: []fleetv1.Node{
		{Name: "a", ID: "cloud://1", Address: "10.0.0.7", State: fleetv1.NodeReady, KubernetesVersion: "v1.33.1"},
		{Name: "b", ID: string(second.UID), Address: "10.0.0.7", State: fleetv1.NodeNotReady, KubernetesVersion: "v1.33.1"},
		{Name: "c", ID: string(third.UID), Address: "10.0.0.7", State: fleetv1.NodePending, KubernetesVersion: "v1.33.1"},
	}}
	if diff := cmp.Diff(want, pool.NodePool); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	b.pool.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	b.expect(b.reconciled(fleetv1.KindNodePool), metav1.ConditionTrue, fleetv1.ReasonClusterAnswers, "4 nodes")
	b.pool.Spec.NodeSelector = nil

	b.goesUnreachable(front)
	b.letsGo(front)
	for _, request := range front.taken() {
		if !strings.HasPrefix(request, "GET ") {
			t.Errorf("the adapter touched the cluster: %s", request)
		}
	}
}

func (b *bench) goesUnreachable(front *door) {
	b.Helper()
	b.Log("what was seen once and does not answer any more is unknown, and stays as it was last known")
	front.answers(http.StatusServiceUnavailable)
	report := b.reconciled(fleetv1.KindCluster)
	b.expect(report, metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, "it answers with status 503")
	if report.Cluster.KubernetesVersion != "v1.37.1" {
		b.Errorf("facts = %+v", report.Cluster)
	}
	pool := b.reconciled(fleetv1.KindNodePool)
	b.expect(pool, metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, "it answers with status 503")
	if pool.NodePool != nil {
		b.Errorf("facts are given that were not seen: %+v", pool.NodePool)
	}
	var delays []time.Duration
	for range 6 {
		delays = append(delays, b.reconciled(fleetv1.KindCluster).RequeueAfter)
	}
	if delays[0] < 4*time.Second || delays[0] > 5*time.Second || delays[5] < 30*time.Second || !slices.IsSorted(delays[:4]) {
		b.Errorf("checks are repeated after %v", delays)
	}

	b.Log("credentials that are not accepted are the kubeconfig's fault")
	front.answers(http.StatusForbidden)
	b.expect(b.reconciled(fleetv1.KindCluster), metav1.ConditionFalse, fleetv1.ReasonCredentialsRefused, "status 403")
	front.answers(0)
	b.secret("legacy-kubeconfig", "value", front.kubeconfig("token: another"))
	b.expect(b.reconciled(fleetv1.KindCluster), metav1.ConditionFalse, fleetv1.ReasonCredentialsRefused, "status 401")

	b.Log("it comes back")
	b.secret("legacy-kubeconfig", "value", front.kubeconfig("token: "+token))
	report = b.reconciled(fleetv1.KindCluster)
	b.expect(report, metav1.ConditionTrue, fleetv1.ReasonClusterAnswers, front.URL)
	if report.RequeueAfter < 30*time.Second {
		b.Errorf("the next check is after %s", report.RequeueAfter)
	}
}

func (b *bench) letsGo(front *door) {
	b.Helper()
	b.Log("a deletion asks the cluster nothing")
	requests := front.taken()
	now := metav1.Now()
	b.cluster.DeletionTimestamp, b.pool.DeletionTimestamp = &now, &now
	for _, kind := range []string{fleetv1.KindNodePool, fleetv1.KindCluster} {
		if report := b.reconciled(kind); !report.Finalized {
			b.Errorf("the %s is not finalized: %+v", kind, report)
		}
	}
	if asked := front.taken(); len(asked) > 0 {
		b.Errorf("the cluster was asked %v", asked)
	}
	front.mu.Lock()
	defer front.mu.Unlock()
	front.requests = requests
}

func TestKubeconfigsThatAreNotUsed(t *testing.T) {
	front := newDoor(t, &rest.Config{Host: "https://127.0.0.1:1", TLSClientConfig: rest.TLSClientConfig{Insecure: true}})
	cases := map[string]struct {
		secret  [3]string
		spec    fleetv1.ClusterSpec
		reason  string
		message string
	}{
		"no Secret": {
			reason:  fleetv1.ReasonKubeconfigMissing,
			message: "Secret legacy-kubeconfig does not exist; create it with the kubeconfig of the cluster under the key value",
		},
		"no Secret of the name given": {
			spec: fleetv1.ClusterSpec{KubeconfigSecretName: "mine"}, secret: [3]string{"legacy-kubeconfig", "value", "x"},
			reason: fleetv1.ReasonKubeconfigMissing, message: "Secret mine does not exist",
		},
		"no key": {
			secret: [3]string{"legacy-kubeconfig", "kubeconfig", "x"},
			reason: fleetv1.ReasonKubeconfigMissing, message: "Secret legacy-kubeconfig has no key value",
		},
		"no kubeconfig": {
			secret: [3]string{"legacy-kubeconfig", "value", "- a\n- b"},
			reason: fleetv1.ReasonKubeconfigInvalid, message: "Secret legacy-kubeconfig, key value: the kubeconfig cannot be read",
		},
		"a command": {
			secret: [3]string{"legacy-kubeconfig", "value", front.kubeconfig("exec: {command: touch, args: [/tmp/x]}")},
			reason: fleetv1.ReasonKubeconfigInvalid, message: "user.exec: commands are not run",
		},
		"a file": {
			secret: [3]string{"legacy-kubeconfig", "value", front.kubeconfig("tokenFile: /etc/passwd")},
			reason: fleetv1.ReasonKubeconfigInvalid, message: "user.tokenFile: files are not read",
		},
		"a proxy": {
			secret: [3]string{"legacy-kubeconfig", "value", strings.Replace(front.kubeconfig("token: a"), "server:", "proxy-url: 'http://127.0.0.1:1', server:", 1)},
			reason: fleetv1.ReasonKubeconfigInvalid, message: "cluster.proxy-url: proxies are not accepted",
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.cluster.Spec = test.spec
			if test.secret[0] != "" {
				b.secret(test.secret[0], test.secret[1], test.secret[2])
			}
			for _, kind := range []string{fleetv1.KindCluster, fleetv1.KindNodePool} {
				report := b.reconciled(kind)
				b.expect(report, metav1.ConditionFalse, test.reason, test.message)
				if report.Cluster != nil {
					t.Errorf("facts = %+v", report.Cluster)
				}
				if stalled := report.Stalled != ""; stalled != (test.reason == fleetv1.ReasonKubeconfigInvalid) {
					t.Errorf("Stalled = %q", report.Stalled)
				}
			}
			if asked := front.taken(); len(asked) > 0 {
				t.Errorf("the cluster was asked %v", asked)
			}
		})
	}
}

func TestAClusterThatNeverAnswered(t *testing.T) {
	front := newDoor(t, &rest.Config{Host: "https://127.0.0.1:1", TLSClientConfig: rest.TLSClientConfig{Insecure: true}})
	b := newBench(t)
	b.secret("legacy-kubeconfig", "value", front.kubeconfig("token: "+token))
	front.Close()
	report := b.reconciled(fleetv1.KindCluster)
	b.expect(report, metav1.ConditionFalse, fleetv1.ReasonClusterUnreachable, "the cluster does not answer: connection refused")
	if pool := b.reconciled(fleetv1.KindNodePool); pool.NodePool != nil {
		t.Errorf("facts = %+v", pool.NodePool)
	}
}

func TestASelectorThatCannotBe(t *testing.T) {
	front := newDoor(t, &rest.Config{Host: "https://127.0.0.1:1"})
	front.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"gitVersion":"v1.33.1"}`)) })
	b := newBench(t)
	b.secret("legacy-kubeconfig", "value", front.kubeconfig("token: "+token))
	b.pool.Spec.NodeSelector = map[string]string{"disk": "not a label"}
	_, err := b.adapter.Reconcile(b.ctx, adapter.Target{Kind: fleetv1.KindNodePool, Cluster: b.cluster, NodePool: b.pool})
	if !adapter.IsTerminal(err) || !strings.Contains(err.Error(), "spec.nodeSelector") {
		t.Errorf("the error is %v", err)
	}
}

func TestAHubThatDoesNotAnswer(t *testing.T) {
	b := newBench(t)
	broken := errors.New("broken")
	reader := interceptor.NewClient(b.hub, interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return broken
		},
	})
	_, err := importadapter.New(reader, clock.RealClock{}).Reconcile(b.ctx, adapter.Target{Kind: fleetv1.KindCluster, Cluster: b.cluster})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}
