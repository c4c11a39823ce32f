package document

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// NewCluster reads what a client sent to create a cluster. Errors: *fields.Error.
func NewCluster(sent facade.Body, rules Rules) (hub.NewFleet, error) {
	body := fields.Read(sent.Object)
	name := rules.name(body, detail)
	body.Text(memberTemplate, fields.Text{Required: true, OneOf: []string{verb.Template}})
	body.Integer(memberTimeout, fields.Integer{})
	most := bounds.Nodes(rules.Platform)
	nodes := body.Integer(memberNodes, fields.Integer{Required: true, Min: 1, Max: most})
	machine := &fleetv1.Machine{KeyName: body.Text(memberKey, text(true)), Flavor: body.Text(memberFlavor, text(true))}
	network := &fleetv1.ClusterNetwork{NetworkID: body.Text(memberNetwork, text(true)), SubnetID: body.Text(memberSubnet, text(true))}
	labels := body.Object(memberLabels, true)
	if labels == nil {
		return hub.NewFleet{}, body.Err()
	}
	machine.Image = labels.Text(labelImage, text(true))
	reader := poolReader{rules: rules, body: body, labels: labels, object: name + "-" + fleetv1.DefaultWorkerPool, raw: sent.Raw}
	checkLabels(labels, sent.Object[memberLabels].(map[string]any))
	version := labels.Text(labelVersion, fields.Text{Required: true, OneOf: bounds.Versions(rules.Platform, rules.Versions)})
	spec := fleetv1.ClusterSpec{KubernetesVersion: version, Network: network, APIEndpoint: &fleetv1.APIEndpoint{}}
	rules.readCluster(labels, &spec)
	pool := reader.read(machine, nodes)
	if nodes != nil {
		rules.fits(body, network, *nodes)
	}
	if err := body.Err(); err != nil {
		return hub.NewFleet{}, err
	}
	pool.Name, pool.Spec.KubernetesVersion = fleetv1.DefaultWorkerPool, version
	spec.Extensions = &fleetv1.Extensions{NKS: kept.Keep(sent.Raw, sent.Object)}
	return hub.NewFleet{Name: name, Spec: spec, Pool: pool}, nil
}
