package iaas

import (
	"context"
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// slowness is how long a real cluster may take to come and to go, in units of a step's patience.
const slowness = 3

// awaitProvisioned waits until a cluster was ready once.
func awaitProvisioned(ctx context.Context, t *testing.T, w *suite.World, cluster *fleetv1.Cluster) {
	t.Helper()
	await(ctx, t, "the cluster to be ready", func(ctx context.Context) (bool, error) {
		err := w.Kube.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)
		return apimeta.IsStatusConditionTrue(cluster.Status.Conditions, fleetv1.ConditionProvisioned), err
	})
}

// removeCluster removes a cluster and all that is on it.
func removeCluster(t *testing.T, w *suite.World, cluster *fleetv1.Cluster) {
	t.Helper()
	ctx := context.Background()
	if err := client.IgnoreNotFound(w.Kube.Delete(ctx, cluster)); err != nil {
		t.Errorf("deleting the cluster: %v", err)
		return
	}
	await(ctx, t, "the cluster to go", func(ctx context.Context) (bool, error) {
		err := w.Kube.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	})
}

func await(ctx context.Context, t *testing.T, what string, condition wait.ConditionWithContextFunc) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(ctx, slowness*suite.Patience, errors.New("it took too long"))
	defer cancel()
	if err := wait.PollUntilContextCancel(ctx, suite.Patience/120, true, condition); err != nil {
		t.Errorf("waiting for %s: %v", what, errors.Join(err, context.Cause(ctx)))
	}
}
