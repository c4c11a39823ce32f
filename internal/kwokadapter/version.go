package kwokadapter

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
)

// versionFile holds the version that a control plane is said to run. It changes when an upgrade is done.
const versionFile = "kubernetes-version"

// upgraded records the version that the control plane of a Cluster runs from now on.
func (t *tenants) upgraded(cluster *fleetv1.Cluster, version string) error {
	file := filepath.Join(t.dir(identityOf(cluster)), versionFile)
	if old, err := os.ReadFile(file); err == nil && string(old) == version {
		return nil
	}
	if err := os.WriteFile(file+".new", []byte(version), 0o600); err != nil {
		return fmt.Errorf("recording the control plane's version: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("recording the control plane's version: %w", err)
	}
	return nil
}

// version returns the version that the control plane of a Cluster runs, empty as long as nobody can tell.
func (t *tenants) version(cluster *fleetv1.Cluster) (string, error) {
	content, err := os.ReadFile(filepath.Join(t.dir(identityOf(cluster)), versionFile))
	if errors.Is(err, fs.ErrNotExist) {
		// A tenant from before versions were recorded.
		return cluster.Status.KubernetesVersion, nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the control plane's version: %w", err)
	}
	return string(content), nil
}

// nodeVersion returns the version that the nodes of a pool shall run just now, and whether that is the one that is wished for
// them. Nodes are never newer than their control plane: while it is older than they are wished to be, they stay what they are.
// running is the control plane's version, present that of the oldest node, empty if there is none.
func nodeVersion(pool *fleetv1.NodePool, running, present string) (string, bool) {
	wished := cmp.Or(pool.Spec.KubernetesVersion, running)
	if !limits.Lower(running, wished) {
		return wished, true
	}
	return cmp.Or(present, running), false
}
