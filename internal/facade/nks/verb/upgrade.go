package verb

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/hub"
)

const fieldVersion = "version"

// Upgrade changes the Kubernetes version of a node group, or, of default-master, of the control plane.
func Upgrade(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	to := body.Text(fieldVersion, fields.Text{Required: true})
	size := readBatch(body)
	return r.task(fleetv1.OperationPoolUpgrade, body, func(s *scene) error {
		known := s.known(fieldVersion, to)
		if s.controlPlane(r.Group) {
			if known {
				s.raiseControlPlane(to)
			}
			s.Cluster.Spec.Rollout = s.rollout(size, s.roomEverywhere())
			s.TouchCluster()
			return nil
		}
		pool, err := s.group(r.Group)
		if err != nil {
			return err
		}
		if known {
			s.raise(pool, to)
		}
		pool.Spec.Rollout = s.rollout(size, s.roomOf(pool))
		s.TouchPool(pool)
		return nil
	})
}

const (
	fieldTemplate = "cluster_template"
	// Template is the name of the only template. It names no version.
	Template = "iaas_console"
)

// UpgradeAll changes the Kubernetes version of the control plane and then of every node group, or of one only, as clients do that take a
// version for a cluster template. They read it back as the cluster's template, which no typed field holds.
func UpgradeAll(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	to := body.Text(fieldTemplate, fields.Text{Required: true})
	size := body.Integer("max_batch_size", fields.Integer{Min: 1, Max: maxBatch})
	group := body.Text("nodegroup", fields.Text{})
	if to == Template {
		body.Refuse(fieldTemplate, "Value should be a Kubernetes version.")
	}
	return r.task(fleetv1.OperationPoolUpgrade, body, func(s *scene) error {
		pools, err := s.upgraded(group)
		if err != nil || !s.known(fieldTemplate, to) {
			return err
		}
		s.raiseControlPlane(to)
		s.Cluster.Spec.Rollout = s.rollout(capped(size, s.roomEverywhere()), s.roomEverywhere())
		s.TouchCluster()
		s.keepTemplate(to)
		for _, pool := range pools {
			s.raise(pool, to)
			pool.Spec.Rollout = s.rollout(capped(size, s.roomOf(pool)), s.roomOf(pool))
			s.TouchPool(pool)
		}
		return nil
	})
}

// upgraded returns the node groups that go with the control plane: all, or the one that is named.
func (s *scene) upgraded(group string) ([]*fleetv1.NodePool, error) {
	switch {
	case group == "":
		return s.workers(), nil
	case s.controlPlane(group):
		return nil, nil
	}
	pool, err := s.group(group)
	return []*fleetv1.NodePool{pool}, err
}

// keepTemplate keeps what the cluster's template is called from now on.
func (s *scene) keepTemplate(name string) {
	spec := &s.Cluster.Spec
	if spec.Extensions == nil {
		spec.Extensions = &fleetv1.Extensions{}
	}
	spec.Extensions.NKS = kept.With(spec.Extensions.NKS, "cluster_template_id", name)
}

// capped is a batch of a size that is said for groups of any number of nodes.
func capped(size *int32, r room) batch {
	if size == nil {
		return batch{}
	}
	unavailable := min(*size, max(1, r.nodes))
	return batch{unavailable: &unavailable}
}
