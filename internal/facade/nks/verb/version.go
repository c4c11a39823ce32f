package verb

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/util/version"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// known checks that a version can be asked for.
func (s *scene) known(field, wished string) {
	offered := s.settings.Versions
	if s.Platform != nil && len(s.Platform.Spec.KubernetesVersions) > 0 {
		offered = s.Platform.Spec.KubernetesVersions
	}
	list := make([]string, 0, len(offered))
	for _, v := range offered {
		list = append(list, v.Version)
	}
	if len(list) > 0 && !slices.Contains(list, wished) {
		s.refuse(field, "Value should be one of: %s.", names(list))
	}
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
	present := s.controlPlaneVersion()
	if older(to, present) {
		s.clash("The control plane of cluster %s runs %s. It cannot go back to %s.", s.Cluster.Name, present, to)
	}
	if s.settings.Strict {
		s.step("The control plane", present, to)
		for _, pool := range s.workers() {
			if at := s.versionOf(pool); to != present && at != present {
				s.clash("Node group %s runs %s and the control plane %s. Upgrade the group before.", pool.Pool(), at, present)
			}
		}
	}
	s.Cluster.Spec.KubernetesVersion = to
}

// raise wishes for another version of a node group's nodes.
func (s *scene) raise(pool *fleetv1.NodePool, to string) {
	if present := s.controlPlaneVersion(); older(present, to) {
		s.clash("The control plane of cluster %s runs %s. Upgrade it to %s before node group %s.", s.Cluster.Name, present, to, pool.Pool())
	}
	if s.settings.Strict {
		present := s.versionOf(pool)
		if older(to, present) {
			s.clash("Node group %s runs %s. It cannot go back to %s.", pool.Pool(), present, to)
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
	present, err := version.ParseSemantic(from)
	if err != nil {
		return
	}
	wished, err := version.ParseSemantic(to)
	if err == nil && (wished.Major() != present.Major() || wished.Minor() > present.Minor()+1) {
		s.clash("%s runs %s. The next minor version is the furthest that it can go, and %s is beyond it.", what, from, to)
	}
}

// older tells whether one version comes before another. What is no version comes before none.
func older(one, other string) bool {
	a, err := version.ParseSemantic(one)
	if err != nil {
		return false
	}
	b, err := version.ParseSemantic(other)
	return err == nil && a.LessThan(b)
}
