package document

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/hub"
)

// NewNodeGroup reads what a client sent to create a node group of a cluster. How long to wait for a task is for the caller to say.
// Errors: *fields.Error.
func NewNodeGroup(sent facade.Body, fleet *hub.Fleet, rules Rules) (hub.NewPool, error) {
	body := fields.Read(sent.Object)
	name := rules.name(body, fleetv1.ControlPlanePool)
	nodes := body.Integer(memberNodes, fields.Integer{Min: 1, Max: bounds.Nodes(rules.Platform)})
	if nodes == nil {
		nodes = new(int32)
		*nodes = 1
	}
	body.Text(memberRole, fields.Text{OneOf: []string{roleWorker}})
	worker := DefaultWorker(fleet)
	model := modelOf(worker, rules)
	machine := &fleetv1.Machine{Flavor: body.Text(memberFlavor, text(true)), Image: body.Text(memberImage, text(model == nil))}
	if worker != nil && worker.NodePool.Spec.Machine != nil {
		machine.KeyName = worker.NodePool.Spec.Machine.KeyName
	}
	if model != nil && model.Machine != nil && !body.Has(memberImage) {
		machine.Image = model.Machine.Image
	}
	labels := body.Object(memberLabels, model == nil)
	switch {
	case labels != nil:
		checkLabels(labels, sent.Object[memberLabels].(map[string]any))
	case model == nil || body.Has(memberLabels):
		return hub.NewPool{}, body.Err()
	default:
		labels = fields.Read(nil)
	}
	if image := labels.Text(labelImage, text(false)); image != "" && machine.Image != "" && image != machine.Image {
		labels.Refuse(labelImage, "Value should be that of %s, %s.", memberImage, machine.Image)
	}
	reader := poolReader{
		rules: rules, body: body, labels: labels, object: fleet.Cluster.Name + "-" + name, model: model, members: true, raw: sent.Raw,
	}
	pool := reader.read(machine, nodes)
	rules.fits(body, networkOf(fleet.Cluster.Cluster), *nodes+wished(fleet))
	if err := body.Err(); err != nil {
		return hub.NewPool{}, err
	}
	pool.Name, pool.Spec.KubernetesVersion = name, fleet.Cluster.Cluster.Spec.KubernetesVersion
	pool.Spec.Extensions = &fleetv1.Extensions{NKS: kept.Keep(sent.Raw, sent.Object)}
	return *pool, nil
}

// modelOf are the settings that stand in for missing ones: those of the default-worker, for clients that leave them out.
func modelOf(worker *hub.Record, rules Rules) *fleetv1.NodePoolSpec {
	if worker == nil || !rules.Gophercloud {
		return nil
	}
	return &worker.NodePool.Spec
}

// DefaultWorker returns the node group that was created with the cluster; nil if there is none.
func DefaultWorker(fleet *hub.Fleet) *hub.Record {
	for _, pool := range fleet.Pools {
		if pool.Name == fleetv1.DefaultWorkerPool {
			return pool
		}
	}
	return nil
}

// wished is how many nodes all groups of a cluster are to have.
func wished(fleet *hub.Fleet) int32 {
	sum := int32(0)
	for _, pool := range fleet.Pools {
		sum += pool.NodePool.WishedReplicas()
	}
	return sum
}

// networkOf is the network of a cluster.
func networkOf(cluster *fleetv1.Cluster) *fleetv1.ClusterNetwork {
	if cluster.Spec.Network == nil {
		return &fleetv1.ClusterNetwork{}
	}
	return cluster.Spec.Network
}
