package importadapter

import (
	"context"

	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/remote"
)

// Name is the name by which Platforms require the adapter.
const Name = "import"

const (
	// cachedTenants is how many clients of tenants are kept.
	cachedTenants = 512
	// concurrency is more than a controller usually has, because most of the time is spent waiting for tenants.
	concurrency = 16
)

// Adapter reports on clusters that exist already. It implements adapter.Adapter.
type Adapter struct {
	secrets client.Reader
	clock   clock.PassiveClock
	clients *remote.Clients
	retries retries
}

// New returns an adapter that reads Secrets with the reader given, which should have no cache.
func New(secrets client.Reader, clock clock.PassiveClock) *Adapter {
	return &Adapter{secrets: secrets, clock: clock, clients: remote.NewClients(clientgoscheme.Scheme, cachedTenants)}
}

// SetupWithManager adds the adapter to a manager whose cache has the indexes that internal/adapter needs.
func (a *Adapter) SetupWithManager(mgr ctrl.Manager) error {
	return adapter.Setup(mgr, adapter.Options{Name: Name, Adapter: a, Clock: a.clock, MaxConcurrent: concurrency})
}

// +kubebuilder:rbac:groups="",resources=secrets,verbs=get,roleName=slipway-manager-tenant

// Reconcile implements adapter.Adapter.
func (a *Adapter) Reconcile(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	if target.Deleting() {
		a.retries.reset(target)
		if target.Kind == fleetv1.KindCluster {
			a.clients.Drop(target.Cluster.Status.KubeconfigChecksum)
		}
		return adapter.Report{
			Available: adapter.False(fleetv1.ReasonReleased, "the cluster is not looked after any more; nothing on it was touched"),
			Finalized: true,
		}, nil
	}
	seen, err := a.look(ctx, target.Cluster)
	if err != nil {
		return adapter.Report{}, err
	}
	report := seen.clusterReport(target.Cluster)
	if target.Kind == fleetv1.KindNodePool {
		if report, err = a.nodePoolReport(ctx, target.NodePool, seen); err != nil {
			return adapter.Report{}, err
		}
	}
	report.RequeueAfter = a.retries.next(target, report)
	return report, nil
}
