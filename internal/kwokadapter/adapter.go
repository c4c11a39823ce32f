package kwokadapter

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/remote"
)

// Name is the name by which Platforms require the adapter.
const Name = "kwok"

const (
	// checkEvery is how often processes and nodes are looked at while nothing changes.
	checkEvery = 10 * time.Second
	// progressEvery is how often nodes are looked at during a change.
	progressEvery = 500 * time.Millisecond
	// recheckClosed is how often it is tried whether a namespace is open by now.
	recheckClosed = 15 * time.Second
	// startPatience is how long a control plane may take to become healthy.
	startPatience = 2 * time.Minute
	// cachedTenants is how many clients of tenants are kept.
	cachedTenants = 256
)

// Options are what the adapter needs. All fields are required.
type Options struct {
	// Client reaches the hub. It must read Secrets without a cache.
	Client client.Client
	// StateDir holds the tenants. It belongs to the adapter.
	StateDir string
	// BinDir holds the binaries of the control plane and kwok-stages.yaml.
	BinDir string
	// TenantScheme knows the core kinds.
	TenantScheme *runtime.Scheme
	// Clock dates certificates.
	Clock clock.PassiveClock
}

// Adapter runs tenants. It implements adapter.Adapter.
type Adapter struct {
	client  client.Client
	clock   clock.PassiveClock
	tenants *tenants
	clients *remote.Clients
}

// New returns the adapter. It starts nothing yet.
func New(options Options) (*Adapter, error) {
	tenants, err := newTenants(options.StateDir, options.BinDir, options.Clock)
	if err != nil {
		return nil, err
	}
	return &Adapter{
		client:  options.Client,
		clock:   options.Clock,
		tenants: tenants,
		clients: remote.NewClients(options.TenantScheme, cachedTenants),
	}, nil
}

// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;create;patch;delete,roleName=slipway-kwok-adapter-tenant

// Reconcile implements adapter.Adapter.
func (a *Adapter) Reconcile(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	if message := provoked(target); message != "" {
		return adapter.Report{Available: adapter.False(reasonProvokedFailure, message), Stalled: message}, nil
	}
	switch {
	case target.Kind == fleetv1.KindNodePool && target.Deleting():
		return a.removeNodes(ctx, target)
	case target.Kind == fleetv1.KindNodePool:
		return a.reconcileNodes(ctx, target)
	case target.Deleting():
		return a.removeControlPlane(ctx, target.Cluster)
	default:
		report, err := a.reconcileControlPlane(ctx, target)
		if namespaces.Closed(err) {
			return notOpen(target.Cluster, err), nil
		}
		return report, err
	}
}

// provoked returns the failure that somebody asks for, empty for none.
func provoked(target adapter.Target) string {
	if target.Deleting() {
		return target.Object().GetAnnotations()[AnnotationFailDeletion]
	}
	return target.Object().GetAnnotations()[AnnotationFail]
}
