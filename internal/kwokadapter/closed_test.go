package kwokadapter_test

import (
	"os"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
)

// Where the adapter may not write Secrets it starts nothing, says how to allow it, and holds up no deletion.
func TestANamespaceThatIsNotOpen(t *testing.T) {
	b := newBench(t)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "closed"}}
	b.create(namespace)
	elsewhere := &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "sample"}}
	b.create(elsewhere)
	target := adapter.Target{Kind: fleetv1.KindCluster, Cluster: elsewhere}

	report, err := b.adapter.Reconcile(b.ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	want := adapter.False(fleetv1.ReasonNamespaceNotOpen, "namespace closed is not open to Slipway, which may not use its Secrets; whoever administers it opens it with: "+
		"kubectl create rolebinding slipway-kwok-adapter-tenant --namespace=closed --clusterrole=slipway-kwok-adapter-tenant "+
		"--serviceaccount=slipway-system:slipway-kwok-adapter")
	if report.Available != want || report.RequeueAfter <= 0 {
		t.Errorf("report = %+v", report)
	}
	entries, err := os.ReadDir(b.stateDir)
	if err != nil || slices.ContainsFunc(entries, os.DirEntry.IsDir) {
		t.Errorf("a control plane was made: %v, %v", entries, err)
	}

	now := metav1.Now()
	elsewhere.DeletionTimestamp = &now
	if report, err = b.adapter.Reconcile(b.ctx, target); err != nil || !report.Finalized {
		t.Errorf("the deletion is held up: %+v, %v", report, err)
	}
}
