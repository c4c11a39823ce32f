package document

import (
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// groupsOf reads the label with security groups.
func groupsOf(labels *fields.Object) []fleetv1.SubnetSecurityGroups {
	var made []fleetv1.SubnetSecurityGroups
	for _, item := range labels.Objects(labelGroups, fields.Objects{AsText: true}) {
		made = append(made, fleetv1.SubnetSecurityGroups{
			SubnetID: item.Text(memberTarget, text(true)),
			IDs:      item.List(memberGroups, fields.List{Required: true, Separator: comma}),
		})
	}
	return made
}

// volumesOf reads the label with further disks, which have at most so many GB. Secrets are for the caller to read: volumes that have
// one have an encryption.
func volumesOf(labels *fields.Object, most int32) ([]fleetv1.ExtraVolume, []*fields.Object) {
	items := labels.Objects(kept.LabelVolumes, fields.Objects{AsText: true})
	var made []fleetv1.ExtraVolume
	for _, item := range items {
		hasSecret := item.Has(kept.MemberAppKey) && item.Value(kept.MemberAppKey) != ""
		volume := fleetv1.ExtraVolume{MountPath: item.Text(memberMountPath, fields.Text{Max: maxPath})}
		volume.Type = item.Text(memberType, text(false))
		volume.SizeGiB = item.Integer(memberSize, fields.Integer{Min: 1, Max: most})
		volume.Encryption = encryption(item.Text(memberKeyID, text(false)), hasSecret)
		if volume.MountPath != "" && !strings.HasPrefix(volume.MountPath, "/") {
			item.Refuse(memberMountPath, "Value should be an absolute path.")
		}
		made = append(made, volume)
	}
	return made, items
}

// shownGroups are security groups of a subnet as clients know them.
type shownGroups struct {
	Subnet string `json:"target_subnet"`
	IDs    string `json:"security_group_ids"`
}

// shownVolume is a disk as clients know it.
type shownVolume struct {
	Type      string `json:"volume_type,omitempty"`
	Size      *int32 `json:"volume_size,omitempty"`
	KeyID     string `json:"volume_key_id,omitempty"`
	MountPath string `json:"volume_mount_path,omitempty"`
}

// list is a label that is a list of objects: what it is now, and what a text of it that a client sent means, both in a form in which
// what means the same is the same; shown is what it is now as clients know it.
type list struct {
	is    func(scene) []byte
	means func(any) ([]byte, bool)
	shown func(scene) []byte
}

var lists = map[string]list{
	labelGroups: {
		is:    func(s scene) []byte { return normal(s.machine().SecurityGroups) },
		means: func(sent any) ([]byte, bool) { return meaning(labelGroups, sent, groupsOf) },
		shown: func(s scene) []byte {
			made := []shownGroups{}
			for _, group := range s.machine().SecurityGroups {
				made = append(made, shownGroups{Subnet: group.SubnetID, IDs: strings.Join(group.IDs, comma)})
			}
			return reply.Encode(made)
		},
	},
	kept.LabelVolumes: {
		is: func(s scene) []byte { return normal(nameless(s.machine().ExtraVolumes)) },
		means: func(sent any) ([]byte, bool) {
			return meaning(kept.LabelVolumes, sent, func(labels *fields.Object) []fleetv1.ExtraVolume {
				volumes, items := volumesOf(labels, maxDisk)
				for i, item := range items {
					if item.Has(kept.MemberAppKey) && item.Value(kept.MemberAppKey) != "" {
						volumes[i].Encryption.AppKeySecretName = anySecret
					}
				}
				return volumes
			})
		},
		shown: func(s scene) []byte {
			made := []shownVolume{}
			for _, volume := range s.machine().ExtraVolumes {
				one := shownVolume{Type: volume.Type, Size: volume.SizeGiB, MountPath: volume.MountPath}
				if volume.Encryption != nil {
					one.KeyID = volume.Encryption.KeyID
				}
				made = append(made, one)
			}
			return reply.Encode(made)
		},
	},
}

// meaning reads one label again.
func meaning[T any](name string, sent any, read func(*fields.Object) []T) ([]byte, bool) {
	labels := fields.Read(map[string]any{name: sent})
	made := read(labels)
	return normal(made), labels.Err() == nil
}

// normal is a form in which equal lists are equal.
func normal[T any](list []T) []byte {
	if len(list) == 0 {
		return nil
	}
	return reply.Encode(list)
}

// anySecret stands for the name of a Secret where it does not matter which one.
const anySecret = "any"

// nameless are volumes without the names of Secrets: what was sent does not tell them.
func nameless(volumes []fleetv1.ExtraVolume) []fleetv1.ExtraVolume {
	var made []fleetv1.ExtraVolume
	for _, volume := range volumes {
		if of := volume.Encryption; of != nil {
			volume.Encryption = encryption(of.KeyID, of.AppKeySecretName != "")
			if of.AppKeySecretName != "" {
				volume.Encryption.AppKeySecretName = anySecret
			}
		}
		made = append(made, volume)
	}
	return made
}
