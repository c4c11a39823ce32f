package iaas

import (
	"context"
	"embed"
	"flag"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

//go:embed cases/*.yaml rules.yaml
var data embed.FS

const root = "/api"

var (
	flagCluster  = flag.String("cluster", "abc-123", "name of a ready cluster of the tenant; made if there is access to Kubernetes")
	flagPlatform = flag.String("platform", "kwok", "Platform that the cluster is made on")
)

// adapter reports for the clusters that need not be real.
const adapter = "conformance"

// dialect is what is particular about this suite. Its steps know one word beside those of all suites: curl, a command of the published
// reference as it stands there, with API_BASE_URL and JWT_TOKEN in the environment.
func dialect() suite.Dialect {
	wish := tenant.Wish{Prefix: "conformance", Cluster: []string{adapter}, NodePool: []string{adapter}}
	// The releases on clusters that are not real cannot be uninstalled.
	wish.Platform.ReleaseAbandonTimeout = &metav1.Duration{Duration: time.Second}
	return suite.Dialect{
		Name: "iaas", Root: root, Base: root, Data: data, Tenant: wish,
		Vars:   map[string]string{"cluster": *flagCluster},
		Always: always,
		Words:  map[string]suite.Word{"curl": nil},
		Acts:   func(s suite.Step) bool { return s.Text("curl") != "" },
		Expand: expandCurl,
		Prepare: func(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
			t.Helper()
			// Only the tenant that the cases share has a real cluster.
			if w.Shared == nil {
				makeCluster(ctx, t, w, home)
			}
		},
	}
}

// TestEveryRuleHasACase fails for a rule that no case checks.
func TestEveryRuleHasACase(t *testing.T) { suite.CheckRules(t, dialect()) }

// TestEveryCaseIsWhole fails for cases that would be played in another way than their author meant.
func TestEveryCaseIsWhole(t *testing.T) { suite.CheckCases(t, dialect()) }

// makeCluster makes a real cluster, waits until it is there, and removes it before its tenant is removed.
func makeCluster(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
	t.Helper()
	cluster := &fleetv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: home.Namespace, Name: *flagCluster},
		Spec:       fleetv1.ClusterSpec{PlatformName: *flagPlatform, KubernetesVersion: "v1.36.2"},
	}
	pool := &fleetv1.NodePool{
		ObjectMeta: metav1.ObjectMeta{Namespace: home.Namespace, Name: *flagCluster + "-workers"},
		Spec:       fleetv1.NodePoolSpec{ClusterName: *flagCluster, PoolName: "workers", Replicas: new(int32)},
	}
	*pool.Spec.Replicas = 2
	if err := w.Kube.Create(ctx, cluster); err != nil {
		t.Fatalf("making the cluster: %v", err)
	}
	t.Cleanup(func() { removeCluster(t, w, cluster) })
	if err := w.Kube.Create(ctx, pool); err != nil {
		t.Fatalf("making its nodes: %v", err)
	}
	awaitProvisioned(ctx, t, w, cluster)
}
