package kwokadapter_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/kwokadapter"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const (
	patience = 90 * time.Second
	// accountName is the adapter's service account.
	accountName = "slipway-kwok-adapter"
)

// bench is a hub with one Cluster and one NodePool, and an adapter that works on them.
type bench struct {
	*testing.T
	ctx context.Context
	hub client.Client
	// account is the adapter's own client of the hub, with the rights that it has in an installation.
	account  client.Client
	env      *testenv.Environment
	stateDir string
	adapter  *kwokadapter.Adapter
	cluster  *fleetv1.Cluster
	pool     *fleetv1.NodePool
	// others are further node pools of the Cluster.
	others []*fleetv1.NodePool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	logf.SetLogger(logr.Discard())
	env := testenv.ForTest(t, testenv.Options{})
	b := &bench{T: t, ctx: context.Background(), hub: env.Client, env: env, stateDir: t.TempDir()}
	account, err := env.Account(b.ctx, accountName)
	if err == nil {
		err = env.Open(b.ctx, accountName, "default")
	}
	if err != nil {
		t.Fatal(err)
	}
	b.account = account
	b.restartAdapter()
	t.Cleanup(func() {
		entries, err := os.ReadDir(b.stateDir)
		if err != nil {
			t.Error(err)
		}
		for _, entry := range entries {
			if !entry.IsDir() {
				continue
			}
			if err := controlplane.DestroyDir(context.Background(), filepath.Join(b.stateDir, entry.Name())); err != nil {
				t.Error(err)
			}
		}
	})
	b.cluster = &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "sample"}}
	b.create(b.cluster)
	b.pool = &fleetv1.NodePool{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "sample-workers"},
		Spec: fleetv1.NodePoolSpec{
			ClusterName: "sample", PoolName: "workers", Replicas: ptr.To[int32](2),
			Machine: &fleetv1.Machine{Flavor: "m2.c4m8", Zone: "zone-a"},
		},
	}
	b.create(b.pool)
	return b
}

// restartAdapter stands for a new process that knows nothing but the state folder.
func (b *bench) restartAdapter() {
	b.Helper()
	a, err := kwokadapter.New(kwokadapter.Options{
		Client: b.account, StateDir: b.stateDir, BinDir: os.Getenv("KUBEBUILDER_ASSETS"),
		TenantScheme: b.env.Scheme, Clock: clock.RealClock{},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.adapter = a
}

func (b *bench) create(object client.Object) {
	b.Helper()
	if err := b.hub.Create(b.ctx, object); err != nil {
		b.Fatal(err)
	}
}

// until reconciles until the report satisfies, and returns it.
func (b *bench) until(what string, target adapter.Target, satisfied func(adapter.Report) bool) adapter.Report {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	var report adapter.Report
	var last error
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		report, last = b.adapter.Reconcile(ctx, target)
		return last == nil && satisfied(report), nil
	})
	if err != nil {
		b.Fatalf("waiting until %s: %v; the last report is %+v, the last error %v", what, err, report, last)
	}
	return report
}

func available(r adapter.Report) bool { return r.Available.Status == metav1.ConditionTrue }

func finalized(r adapter.Report) bool { return r.Finalized }

func (b *bench) ofCluster() adapter.Target {
	return adapter.Target{Kind: fleetv1.KindCluster, Cluster: b.cluster, NodePools: b.pools()}
}

func (b *bench) ofPool() adapter.Target { return b.of(b.pool) }

func (b *bench) of(pool *fleetv1.NodePool) adapter.Target {
	return adapter.Target{Kind: fleetv1.KindNodePool, Cluster: b.cluster, NodePool: pool, NodePools: b.pools()}
}

func (b *bench) pools() []fleetv1.NodePool {
	pools := []fleetv1.NodePool{*b.pool}
	for _, pool := range b.others {
		pools = append(pools, *pool)
	}
	return pools
}

// secret returns a Secret that the adapter wrote beside the Cluster.
func (b *bench) secret(name string) *corev1.Secret {
	b.Helper()
	secret := &corev1.Secret{}
	if err := b.hub.Get(b.ctx, client.ObjectKey{Namespace: "default", Name: name}, secret); err != nil {
		b.Fatal(err)
	}
	return secret
}

func (b *bench) kubeconfig() *remote.Kubeconfig {
	b.Helper()
	kubeconfig, err := remote.Parse(b.secret("sample-kubeconfig").Data[fleetv1.KubeconfigKey])
	if err != nil {
		b.Fatal(err)
	}
	return kubeconfig
}

func (b *bench) tenant() client.Client {
	b.Helper()
	c, err := remote.NewClients(b.env.Scheme, 1).Get(b.kubeconfig())
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b *bench) nodes() map[string]corev1.Node {
	b.Helper()
	var list corev1.NodeList
	if err := b.tenant().List(b.ctx, &list); err != nil {
		b.Fatal(err)
	}
	nodes := map[string]corev1.Node{}
	for _, n := range list.Items {
		nodes[n.Name] = n
	}
	return nodes
}

func states(r adapter.Report) map[fleetv1.NodeState]int {
	count := map[fleetv1.NodeState]int{}
	for _, n := range r.NodePool.Nodes {
		count[n.State]++
	}
	return count
}
