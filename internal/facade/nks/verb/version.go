package verb

import (
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/limits"
)

// known tells whether a version can be asked for, and refuses it if not: what else could be wrong with it does not matter then.
func (s *scene) known(field, wished string) bool {
	offered := bounds.Versions(s.Platform, s.settings.Versions)
	if len(offered) == 0 || slices.Contains(offered, wished) {
		return true
	}
	s.refuse(field, "Value should be one of: %s.", strings.Join(offered, ", "))
	return false
}

// controlPlaneVersion is the version of the control plane; empty if nobody knows.
func (s *scene) controlPlaneVersion() string {
	return cmp.Or(s.Cluster.Spec.KubernetesVersion, s.Cluster.Status.KubernetesVersion)
}

// versionOf is the version of a node group's nodes: its own, or the cluster's.
func (s *scene) versionOf(pool *fleetv1.NodePool) string {
	return cmp.Or(pool.Spec.KubernetesVersion, s.controlPlaneVersion())
}

// raiseControlPlane wishes for another version of the control plane.
func (s *scene) raiseControlPlane(to string) {
	// What runs counts, so that an upgrade that did not begin can be taken back.
	if present := cmp.Or(s.Cluster.Status.KubernetesVersion, s.Cluster.Spec.KubernetesVersion); limits.Lower(to, present) {
		s.clash("The control plane of cluster %s cannot go back. It runs %s, and %s is older.", s.Cluster.Name, present, to)
	}
	for _, pool := range s.Pools {
		if at := pool.Spec.KubernetesVersion; limits.Lower(to, at) {
			s.clash("Node group %s cannot be newer than the control plane. It runs %s, and %s is older.", pool.Pool(), at, to)
		}
	}
	if s.settings.Strict {
		s.stepControlPlane(s.controlPlaneVersion(), to)
	}
	s.Cluster.Spec.KubernetesVersion = to
}

// stepControlPlane checks, under the strict rules, that the control plane goes one step, and after all groups have made the one before.
func (s *scene) stepControlPlane(from, to string) {
	s.step("The control plane", from, to)
	if from == to {
		return
	}
	for _, pool := range s.workers() {
		if at := s.versionOf(pool); at != from {
			s.clash("Node group %s is to be upgraded before the control plane. It runs %s, and the control plane %s.", pool.Pool(), at, from)
		}
	}
}

// raise wishes for another version of a node group's nodes.
func (s *scene) raise(pool *fleetv1.NodePool, to string) {
	if present := s.controlPlaneVersion(); limits.Lower(present, to) {
		s.clash("Node group %s cannot be newer than the control plane. That runs %s. Upgrade it to %s before.", pool.Pool(), present, to)
	}
	if s.settings.Strict {
		present := s.versionOf(pool)
		if limits.Lower(to, present) {
			s.clash("Node group %s cannot go back. It runs %s, and %s is older.", pool.Pool(), present, to)
		}
		s.step("Node group "+pool.Pool(), present, to)
		if stopped(pool, pool.Spec.StoppedNodes) > 0 {
			s.clash("Node group %s has stopped nodes. Start them before.", pool.Pool())
		}
	}
	pool.Spec.KubernetesVersion = to
}

// step checks, under the strict rules, that no minor version is left out.
func (s *scene) step(what, from, to string) {
	present, err := version.ParseGeneric(from)
	if err != nil {
		return
	}
	wished, err := version.ParseGeneric(to)
	if err == nil && (wished.Major() != present.Major() || wished.Minor() > present.Minor()+1) {
		s.clash("%s can go to the next minor version only. It runs %s, and %s is beyond that.", what, from, to)
	}
}
