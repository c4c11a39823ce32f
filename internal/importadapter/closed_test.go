package importadapter_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/importadapter"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// The adapter is part of the manager, which may use the Secrets of a namespace only where its role is bound.
func TestANamespaceThatIsNotOpen(t *testing.T) {
	const account = "slipway-manager"
	env := testenv.ForTest(t, testenv.Options{})
	b := newBench(t)
	if err := env.Client.Create(b.ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: b.cluster.Namespace}}); err != nil {
		t.Fatal(err)
	}
	restricted, err := env.Account(b.ctx, account)
	if err != nil {
		t.Fatal(err)
	}
	b.hub, b.adapter = env.Client, importadapter.New(restricted, clock.RealClock{})
	b.secret("legacy-kubeconfig", "value", "no kubeconfig at all")

	const remedy = "kubectl create rolebinding slipway-manager-tenant --namespace=team-a --clusterrole=slipway-manager-tenant " +
		"--serviceaccount=slipway-system:slipway-manager"
	for _, kind := range []string{fleetv1.KindCluster, fleetv1.KindNodePool} {
		report := b.reconciled(kind)
		b.expect(report, metav1.ConditionFalse, fleetv1.ReasonNamespaceNotOpen, remedy)
		if report.Stalled != "" || report.RequeueAfter <= 0 || report.RequeueAfter > time.Minute {
			t.Errorf("%s: nobody looks again: %+v", kind, report)
		}
	}
	if err := env.Open(b.ctx, account, b.cluster.Namespace); err != nil {
		t.Fatal(err)
	}
	b.expect(b.reconciled(fleetv1.KindCluster), metav1.ConditionFalse, fleetv1.ReasonKubeconfigInvalid, "")
}
