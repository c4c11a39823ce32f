package kwokadapter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/controlplane"
)

// tenants are the control planes, by Cluster.
type tenants struct {
	stateDir, binDir, stages string
	clock                    clock.PassiveClock

	mu sync.Mutex
	// up are the folders of the control planes that were seen healthy since this program began.
	up map[string]bool
}

// identity is what tells one Cluster from all others, also from a later one of the same name. A Cluster that is restored from a backup
// has the id of old, and finds its tenant again.
type identity struct {
	types.NamespacedName
	ID string
}

func identityOf(cluster *fleetv1.Cluster) identity {
	return identity{types.NamespacedName{Namespace: cluster.Namespace, Name: cluster.Name}, fleetv1.IDOf(cluster)}
}

func newTenants(stateDir, binDir string, clock clock.PassiveClock) (*tenants, error) {
	stateDir, err := filepath.Abs(stateDir)
	if err != nil {
		return nil, fmt.Errorf("resolving the state folder: %w", err)
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	stages, err := writeStages(binDir, stateDir)
	if err != nil {
		return nil, err
	}
	return &tenants{stateDir: stateDir, binDir: binDir, stages: stages, clock: clock, up: map[string]bool{}}, nil
}

// dir is the folder of a tenant. Neither of the first two parts can hold an underscore.
func (t *tenants) dir(id identity) string {
	return filepath.Join(t.stateDir, id.Namespace+"_"+id.Name+"_"+id.ID)
}

// open returns the control plane of a Cluster, with Flux beside it if that is wanted or ever was. It makes its folder and
// certificates if there are none.
func (t *tenants) open(cluster *fleetv1.Cluster, flux bool) (*controlplane.ControlPlane, error) {
	dir := t.dir(identityOf(cluster))
	if !flux {
		var err error
		if flux, err = hadFlux(dir); err != nil {
			return nil, fmt.Errorf("looking for Flux beside the control plane: %w", err)
		}
	}
	options := controlplane.Options{
		Dir:    dir,
		BinDir: t.binDir,

		ControllerManager: true, Scheduler: true, Kwok: true,
		Flux:       flux,
		StagesFile: t.stages,
		Validity:   validity(cluster),
		Clock:      t.clock,
	}
	if cluster.Spec.Network != nil {
		options.ServiceCIDR = cluster.Spec.Network.ServiceCIDR
	}
	plane, err := controlplane.Open(options)
	if err != nil {
		return nil, fmt.Errorf("opening the control plane: %w", err)
	}
	return plane, nil
}

// existing returns the control plane of a Cluster, or nil if it was not made yet or is gone.
func (t *tenants) existing(cluster *fleetv1.Cluster) (*controlplane.ControlPlane, error) {
	_, err := os.Stat(filepath.Join(t.dir(identityOf(cluster)), "ports.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the control plane: %w", err)
	}
	return t.open(cluster, false)
}

// destroy ends everything of a tenant and removes its folder.
func (t *tenants) destroy(ctx context.Context, id identity) error {
	dir := t.dir(id)
	if err := controlplane.DestroyDir(ctx, dir); err != nil {
		return fmt.Errorf("destroying the control plane: %w", err)
	}
	t.setUp(dir, false)
	return nil
}

// list returns the tenants that have a folder.
func (t *tenants) list() ([]identity, error) {
	entries, err := os.ReadDir(t.stateDir)
	if err != nil {
		return nil, fmt.Errorf("listing the state folder: %w", err)
	}
	var found []identity
	for _, entry := range entries {
		parts := strings.SplitN(entry.Name(), "_", 3)
		if entry.IsDir() && len(parts) == 3 {
			found = append(found, identity{types.NamespacedName{Namespace: parts[0], Name: parts[1]}, parts[2]})
		}
	}
	return found, nil
}

func (t *tenants) setUp(dir string, up bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if up {
		t.up[dir] = true
	} else {
		delete(t.up, dir)
	}
}

func (t *tenants) wasUp(dir string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.up[dir]
}

// validity is how long a Cluster's certificates are good for.
func validity(cluster *fleetv1.Cluster) time.Duration {
	const year = 365 * 24 * time.Hour
	if cluster.Spec.Certificates == nil || cluster.Spec.Certificates.ValidityYears < 1 {
		return 5 * year
	}
	return time.Duration(cluster.Spec.Certificates.ValidityYears) * year
}
