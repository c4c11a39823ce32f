package document_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// guideCluster is the example of the published guide.
const guideCluster = `{
    "cluster_template_id": "iaas_console",
    "create_timeout": 60,
    "fixed_network": "eb212079-b6ec-430c-ba57-14280a457bcb",
    "fixed_subnet": "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
    "flavor_id": "6ef27f21-c774-4c0e-84ff-7dd4a762571f",
    "keypair": "test-keypair",
    "labels": {
        "availability_zone": "kr2-pub-b",
        "boot_volume_size": "20",
        "boot_volume_type": "General HDD",
        "ca_enable": "false",
        "ca_max_node_count": "10",
        "ca_min_node_count": "1",
        "ca_scale_down_delay_after_add": "3",
        "ca_scale_down_enable": "true",
        "ca_scale_down_unneeded_time": "3",
        "ca_scale_down_util_thresh": "50",
        "cert_manager_api": "True",
        "clusterautoscale": "nodegroupfeature",
        "external_network_id": "751b8227-7b45-440a-9349-dbf829d0aba5",
        "external_subnet_id_list": "59ddc195-76b1-431d-9693-f09880747dc6",
        "kube_tag": "v1.23.3",
        "master_lb_floating_ip_enabled": "true",
        "strict_sg_rules": "True",
        "node_image": "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc",
        "user_script_v2": "",
        "extra_security_groups": [
            {
                "target_subnet": "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
                "security_group_ids": "8669cca4-7904-4dc6-b1be-db49661cedb6,fa69d78d-bd04-4ab0-9ce6-c92a84b899c2"
            }
        ],
        "extra_volumes": [
            {
                "volume_type": "General HDD",
                "volume_size": 100
            }
        ]
    },
    "name": "test-k8s",
    "node_count": 1
}`

// rules are those of a server with default settings.
func rules() document.Rules {
	return document.Rules{Versions: []fleetv1.KubernetesVersion{
		{Version: "v1.19.13"}, {Version: "v1.23.3"}, {Version: "v1.24.3"}, {Version: "v1.29.3", Supported: true}, {Version: "v1.30.3", Supported: true},
	}}
}

// gophercloud are the rules for clients built on gophercloud.
func gophercloud() document.Rules {
	made := rules()
	made.Gophercloud = true
	return made
}

// strict are the rules with those of the user guide.
func strict() document.Rules {
	made := rules()
	made.Strict = true
	return made
}

func ptr[T any](value T) *T { return &value }

func TestTheClusterOfTheGuide(t *testing.T) {
	got, err := document.NewCluster(body(t, guideCluster), rules())
	if err != nil {
		t.Fatal(err)
	}
	want := hub.NewFleet{
		Name: "test-k8s",
		Spec: fleetv1.ClusterSpec{
			KubernetesVersion: "v1.23.3",
			Network: &fleetv1.ClusterNetwork{
				NetworkID: "eb212079-b6ec-430c-ba57-14280a457bcb", SubnetID: "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
				ExternalNetworkID: "751b8227-7b45-440a-9349-dbf829d0aba5", ExternalSubnetIDs: []string{"59ddc195-76b1-431d-9693-f09880747dc6"},
				StrictSecurityRules: true,
			},
			APIEndpoint: &fleetv1.APIEndpoint{Public: true},
		},
		Pool: &hub.NewPool{Name: "default-worker", Spec: fleetv1.NodePoolSpec{
			Role: "worker", Replicas: ptr(int32(1)), KubernetesVersion: "v1.23.3",
			Autoscaling: &fleetv1.Autoscaling{MinReplicas: ptr(int32(1)), MaxReplicas: ptr(int32(10)), ScaleDown: &fleetv1.ScaleDown{
				Enabled: ptr(true), UnneededMinutes: ptr(int32(3)), DelayAfterAddMinutes: ptr(int32(3)), UtilizationPercent: ptr(int32(50)),
			}},
			Machine: &fleetv1.Machine{
				Flavor: "6ef27f21-c774-4c0e-84ff-7dd4a762571f", Image: "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc", Zone: "kr2-pub-b", KeyName: "test-keypair",
				BootVolume:   &fleetv1.Volume{Type: "General HDD", SizeGiB: ptr(int32(20))},
				ExtraVolumes: []fleetv1.ExtraVolume{{Volume: fleetv1.Volume{Type: "General HDD", SizeGiB: ptr(int32(100))}}},
				SecurityGroups: []fleetv1.SubnetSecurityGroups{{
					SubnetID: "4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
					IDs:      []string{"8669cca4-7904-4dc6-b1be-db49661cedb6", "fa69d78d-bd04-4ab0-9ce6-c92a84b899c2"},
				}},
			},
		}},
	}
	ignoreKept := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Extensions" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignoreKept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sameJSON(t, guideCluster, got.Spec.Extensions.NKS, "textsAsSent")
	create(got).admit(t)
}

// sameJSON compares what is kept with what was sent, but for members that are not.
func sameJSON(t *testing.T, sent string, kept *runtime.RawExtension, but ...string) {
	t.Helper()
	want, got := body(t, sent).Object, body(t, string(kept.Raw)).Object
	for _, name := range but {
		delete(want, name)
		delete(got, name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is kept (-sent +kept):\n%s", diff)
	}
}

// changed is the body of the guide with some members, and some labels, replaced; nil takes one away.
func changed(t *testing.T, of string, members, labels map[string]any) string {
	t.Helper()
	if len(members)+len(labels) == 0 {
		return of
	}
	object := body(t, of).Object
	replace := func(in map[string]any, by map[string]any) {
		for name, value := range by {
			if in[name] = value; value == nil {
				delete(in, name)
			}
		}
	}
	replace(object, members)
	if inner, ok := object["labels"].(map[string]any); ok {
		replace(inner, labels)
	}
	text, err := json.Marshal(object)
	must(err)
	return string(text)
}

// details are the faults as clients are told, without their common beginning.
func details(err error) []string {
	known, ok := errors.AsType[*fields.Error](err)
	if !ok {
		return nil
	}
	var told []string
	for _, fault := range known.Faults {
		value := ""
		if fault.Value != nil {
			value = "'" + *fault.Value + "' "
		}
		told = append(told, fault.Field+": "+value+fault.Message)
	}
	return told
}
