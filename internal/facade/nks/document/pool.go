package document

import (
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	maxScript = 65536
	// maxDisk is the largest disk in GB, and strictDisk and strictDisks bound further disks under the strict rules.
	maxDisk, strictDisk, strictDisks = 65536, 2048, 3
	// strictGroups is how many security groups a subnet may have under the strict rules.
	strictGroups = 8
	maxGroups    = 64
	maxPath      = 4096
)

// poolReader reads the labels that are about a node group.
type poolReader struct {
	rules        Rules
	body, labels *fields.Object
	// object is the name of the NodePool to come; Secrets are named after it.
	object string
	// model is the node group whose settings stand in for required ones that are missing; nil for none.
	model *fleetv1.NodePoolSpec

	// members tells that the bounds of the autoscaler may be given as members too.
	members bool
	// raw is the text of the body.
	raw []byte

	secrets []hub.NewSecret
}

// read reads a node group. What it returns is of use only if the body has no faults.
func (r *poolReader) read(machine *fleetv1.Machine, nodes *int32) *hub.NewPool {
	required := r.model == nil
	machine.Zone = r.labels.Text(labelZone, fields.Text{Required: required, Empty: true, Max: bounds.MaxName})
	machine.BootVolume = &fleetv1.Volume{
		Type:    r.labels.Text(labelBootType, text(required)),
		SizeGiB: r.labels.Integer(labelBootSize, fields.Integer{Required: required, Min: 1, Max: maxDisk}),
	}
	r.readBootKey(machine.BootVolume)
	machine.Networks = r.readNetworks()
	machine.SecurityGroups = r.readGroups()
	machine.ExtraVolumes = r.readVolumes()
	if r.model != nil {
		r.complete(machine)
	}
	spec := fleetv1.NodePoolSpec{Role: roleWorker, Replicas: nodes, Machine: machine, Autoscaling: r.readScaling(nodes)}
	spec.UserScriptSecretName = r.readScripts()
	return &hub.NewPool{Spec: spec, Secrets: r.secrets}
}

// complete takes what is required and missing from the model.
func (r *poolReader) complete(machine *fleetv1.Machine) {
	model := r.model.Machine
	if model == nil {
		return
	}
	if !r.labels.Has(labelZone) {
		machine.Zone = model.Zone
	}
	if boot := model.BootVolume; boot != nil {
		if !r.labels.Has(labelBootType) {
			machine.BootVolume.Type = boot.Type
		}
		if !r.labels.Has(labelBootSize) {
			machine.BootVolume.SizeGiB = boot.SizeGiB
		}
	}
}

// keep makes a Secret and returns its name.
func (r *poolReader) keep(purpose string, data map[string][]byte) string {
	secret := kept.Secret(r.object, purpose, data)
	if !slices.ContainsFunc(r.secrets, func(made hub.NewSecret) bool { return made.Name == secret.Name }) {
		r.secrets = append(r.secrets, secret)
	}
	return secret.Name
}

// readBootKey reads the key that the disk is encrypted with which nodes start from.
func (r *poolReader) readBootKey(volume *fleetv1.Volume) {
	key, secret := r.labels.Text(labelBootKey, text(false)), r.labels.Text(kept.LabelAppKey, fields.Text{Max: maxScript})
	volume.Encryption = encryption(key, secret != "")
	if secret != "" {
		volume.Encryption.AppKeySecretName = r.keep(kept.ForBootVolume, map[string][]byte{fleetv1.AppKeyKey: []byte(secret)})
	}
}

// encryption is that of a volume with a key; nil for none.
func encryption(key string, hasSecret bool) *fleetv1.VolumeEncryption {
	if key == "" && !hasSecret {
		return nil
	}
	return &fleetv1.VolumeEncryption{KeyID: key}
}

// readScripts reads the scripts that new nodes run, and returns the name of their Secret; empty for none.
func (r *poolReader) readScripts() string {
	data := map[string][]byte{}
	for _, name := range scripts {
		if script := r.labels.Text(name, fields.Text{Max: maxScript}); script != "" {
			data[name] = []byte(script)
		}
	}
	if len(data) == 0 {
		return ""
	}
	return r.keep(kept.ForScripts, data)
}

// readNetworks reads further networks of the nodes.
func (r *poolReader) readNetworks() []fleetv1.NetworkAttachment {
	networks, subnets := ids(r.labels, labelNetworks), ids(r.labels, labelSubnets)
	together(r.labels, labelNetworks, labelSubnets)
	if len(networks) == 0 || len(subnets) == 0 {
		return nil
	}
	if len(networks) != len(subnets) {
		r.labels.Refuse(labelSubnets, "It should have as many items as %s, %d.", r.labels.Path(labelNetworks), len(networks))
		return nil
	}
	made := make([]fleetv1.NetworkAttachment, len(networks))
	for i := range networks {
		made[i] = fleetv1.NetworkAttachment{NetworkID: networks[i], SubnetID: subnets[i]}
	}
	return made
}

// readGroups reads security groups.
func (r *poolReader) readGroups() []fleetv1.SubnetSecurityGroups {
	made, seen := groupsOf(r.labels), map[string]bool{}
	for _, group := range made {
		if seen[group.SubnetID] {
			r.labels.Refuse(labelGroups, "The subnet %s is given twice.", group.SubnetID)
		}
		seen[group.SubnetID] = true
		if most := r.most(strictGroups, maxGroups); len(group.IDs) > most {
			r.labels.Refuse(labelGroups, "The subnet %s should have at most %d security groups.", group.SubnetID, most)
		}
	}
	return made
}

// most is a bound under the strict rules, or without them.
func (r *poolReader) most(strict, otherwise int) int {
	if r.rules.Strict {
		return strict
	}
	return otherwise
}

// readVolumes reads further disks. Their secrets are kept in Secrets together with the whole label, which some clients want back.
func (r *poolReader) readVolumes() []fleetv1.ExtraVolume {
	volumes, items := volumesOf(r.labels, int32(r.most(strictDisk, maxDisk)))
	if most := r.most(strictDisks, maxItems); len(volumes) > most {
		r.labels.Refuse(kept.LabelVolumes, "There should be at most %d volumes.", most)
		return nil
	}
	whole, _ := member.Find(r.raw, []string{memberLabels, kept.LabelVolumes})
	for i, item := range items {
		if secret := item.Text(kept.MemberAppKey, fields.Text{Max: maxScript}); secret != "" {
			volumes[i].Encryption.AppKeySecretName = r.keep(kept.ForVolumes, map[string][]byte{
				fleetv1.AppKeyKey: []byte(secret), kept.LabelVolumes: whole,
			})
		}
	}
	return volumes
}
