package nks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// adapterName is the adapter of the tenants of this suite.
const adapterName = "nks-conformance"

// What an annotation on a Cluster or NodePool makes of the adapter, which does what is wished at once where nobody says otherwise.
const (
	annotationMood = "conformance/mood"
	// moodHold lets what is under way stay under way.
	moodHold = "hold"
	// moodWork ends what the name of a cluster began.
	moodWork = "work"
	// moodFail, with a message behind it, gives up with that message.
	moodFail = "fail: "
)

// What the name of a cluster makes of the adapter, because what is just being created has no annotations yet.
const (
	// slow clusters, and groups of that name, are on hold.
	slow = "slow"
	// bare clusters have nodes that nobody reports, as has the one of the guide.
	bare, guides = "bare", "test-k8s"
)

// glance is how soon the adapter looks again at what it holds back.
const glance = 200 * time.Millisecond

// nobodys is an adapter whose clusters do not exist.
type nobodys struct {
	// live reads without a cache, so that an annotation counts from the moment that it is written.
	live client.Reader
}

// startAdapter lets the adapter work until the test ends.
func startAdapter(ctx context.Context, t *testing.T, w *suite.World) {
	t.Helper()
	unnamed := true
	mgr, err := ctrl.NewManager(w.Config, ctrl.Options{
		Scheme: testenv.Scheme(), Metrics: server.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: &unnamed},
	})
	if err != nil {
		t.Fatalf("building a manager: %v", err)
	}
	err = errors.Join(adapter.Index(ctx, mgr.GetFieldIndexer()),
		adapter.Setup(mgr, adapter.Options{Name: adapterName, Adapter: nobodys{live: mgr.GetAPIReader()}, MaxConcurrent: 8}))
	if err != nil {
		t.Fatalf("setting up the adapter: %v", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the adapter ended: %v", err)
		}
	})
}

// mood is how the adapter feels about a target.
func (n nobodys) mood(ctx context.Context, target adapter.Target) (string, error) {
	cluster := &fleetv1.Cluster{}
	if err := n.live.Get(ctx, client.ObjectKeyFromObject(target.Cluster), cluster); client.IgnoreNotFound(err) != nil {
		return "", err
	}
	if own := target.Object().GetAnnotations()[annotationMood]; own != "" {
		return own, nil
	}
	if of := cluster.Annotations[annotationMood]; of != "" {
		return of, nil
	}
	if strings.HasPrefix(target.Cluster.Name, slow) || target.NodePool != nil && strings.HasPrefix(target.NodePool.Pool(), slow) {
		return moodHold, nil
	}
	return moodWork, nil
}

// Reconcile reports about a cluster or a node group, and does nothing.
func (n nobodys) Reconcile(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	feeling, err := n.mood(ctx, target)
	if err != nil {
		return adapter.Report{}, err
	}
	message, fails := strings.CutPrefix(feeling, moodFail)
	switch {
	case fails:
		return adapter.Report{Available: adapter.False("Failed", message), Stalled: message, RequeueAfter: glance}, nil
	case feeling == moodHold:
		return adapter.Report{Available: adapter.False("Working", "the adapter is at it"), RequeueAfter: glance}, nil
	case target.Deleting():
		return adapter.Report{Finalized: true, Available: adapter.False("Deleted", "nothing is left")}, nil
	}
	report := adapter.Report{Available: adapter.True("Done", "it is as wished"), RequeueAfter: time.Minute}
	if target.NodePool == nil {
		report.Cluster = &fleetv1.ClusterFacts{
			APIEndpoint: "https://" + target.Cluster.Name + ".example:6443", KubernetesVersion: target.Cluster.Spec.KubernetesVersion,
			KubeconfigSecretName: target.Cluster.Name + "-kubeconfig",
		}
		if wish := target.Cluster.Spec.Certificates; wish != nil && wish.RenewAfter != nil {
			report.Cluster.CertificateExpiry = new(metav1.NewTime(wish.RenewAfter.AddDate(int(wish.ValidityYears), 0, 0)))
		}
		return report, nil
	}
	report.NodePool = facts(target)
	return report, nil
}

// facts are the nodes of a group: those that there were, less those that were to go, and new ones, n0, n1, ….
func facts(target adapter.Target) *fleetv1.NodePoolFacts {
	pool := target.NodePool
	wished := pool.WishedReplicas()
	known := &fleetv1.NodePoolFacts{Replicas: wished, ReadyReplicas: wished, KubernetesVersion: pool.Spec.KubernetesVersion}
	if strings.HasPrefix(target.Cluster.Name, bare) || target.Cluster.Name == guides {
		return known
	}
	stays := func(id string) bool {
		return !slices.Contains(pool.Spec.NodesToRemove, id) &&
			slices.ContainsFunc(pool.Status.Nodes, func(node fleetv1.Node) bool { return node.ID == id })
	}
	var ids []string
	for i := range 100 {
		if id := fmt.Sprintf("n%d", i); stays(id) && len(ids) < int(wished) {
			ids = append(ids, id)
		}
	}
	for i := 0; len(ids) < int(wished); i++ {
		id := fmt.Sprintf("n%d", i)
		if !slices.Contains(ids, id) && !slices.Contains(pool.Spec.NodesToRemove, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		state := fleetv1.NodeReady
		if slices.Contains(pool.Spec.StoppedNodes, id) {
			state = fleetv1.NodeStopped
			known.ReadyReplicas--
		}
		known.Nodes = append(known.Nodes, fleetv1.Node{
			Name: pool.Name + "-" + id, ID: id, Address: "10.1.0." + id[1:], State: state, KubernetesVersion: pool.Spec.KubernetesVersion,
		})
	}
	return known
}
