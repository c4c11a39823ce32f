package document_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// base is what links begin with.
const base = "https://nks.example.com"

// plain and gopher are a client of no particular kind, and one built on gophercloud.
var (
	plain  = document.Viewer{Base: base}
	gopher = document.Viewer{Base: base, Gophercloud: true}
)

// read is an object as it is written here.
func read(t reporter, text string) map[string]any { return body(t, text).Object }

func TestANewCluster(t *testing.T) {
	w := newCluster(t, nil)
	want := read(t, `{
		"uuid":"5801ef8a-3760-4858-b467-fc4c1201241d","name":"test-k8s","status":"CREATE_IN_PROGRESS","kube_tag":"v1.23.3",
		"flavor_id":"6ef27f21-c774-4c0e-84ff-7dd4a762571f","keypair":"test-keypair","node_count":1,
		"stack_id":"5801ef8a-3760-4858-b467-fc4c1201241d","cluster_template_id":"iaas_console","create_timeout":60,"docker_volume_size":null,
		"health_status":"UNKNOWN","links":[
			{"href":"https://nks.example.com/v1/clusters/5801ef8a-3760-4858-b467-fc4c1201241d","rel":"self"},
			{"href":"https://nks.example.com/clusters/5801ef8a-3760-4858-b467-fc4c1201241d","rel":"bookmark"}],
		"labels":{"availability_zone":"kr2-pub-b","boot_volume_size":"20","boot_volume_type":"General HDD","ca_enable":"false",
			"ca_max_node_count":"10","ca_min_node_count":"1","ca_scale_down_delay_after_add":"3","ca_scale_down_enable":"true",
			"ca_scale_down_unneeded_time":"3","ca_scale_down_util_thresh":"50","cert_manager_api":"True","clusterautoscale":"nodegroupfeature",
			"external_network_id":"751b8227-7b45-440a-9349-dbf829d0aba5","external_subnet_id_list":"59ddc195-76b1-431d-9693-f09880747dc6",
			"kube_tag":"v1.23.3","master_lb_floating_ip_enabled":"true","strict_sg_rules":"True","node_image":"f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc",
			"user_script_v2":"","cni_driver":"calico","pods_network_cidr":"10.100.0.0/16","pods_network_subnet":"24",
			"service_cluster_ip_range":"10.254.0.0/16",
			"extra_security_groups":[{"target_subnet":"4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90",
				"security_group_ids":"8669cca4-7904-4dc6-b1be-db49661cedb6,fa69d78d-bd04-4ab0-9ce6-c92a84b899c2"}],
			"extra_volumes":[{"volume_type":"General HDD","volume_size":100}]}}`)
	if diff := cmp.Diff(want, wire(document.ShortCluster(w.Fleet, plain))); diff != "" {
		t.Errorf("short (-want +got):\n%s", diff)
	}
	for name, value := range read(t, `{"status_reason":null,"api_address":null,"coe_version":"v1.23.3","container_version":null,
		"project_id":"project","user_id":"me@example.com","fixed_network":"eb212079-b6ec-430c-ba57-14280a457bcb",
		"fixed_subnet":"4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90","node_addresses":[],"health_status_reason":null,"floating_ip_enabled":false,
		"created_at":"2021-08-05T01:48:39+00:00","updated_at":null}`) {
		want[name] = value
	}
	if diff := cmp.Diff(want, wire(document.LongCluster(w.Fleet, plain))); diff != "" {
		t.Errorf("long (-want +got):\n%s", diff)
	}
	labels := read(t, guideCluster)["labels"].(map[string]any)
	labels["extra_security_groups"] = `[{"target_subnet":"4fdf5b80-3d35-43f5-a5c1-010a3b6c8e90","security_group_ids":"8669cca4-7904-4dc6-b1be-db49661cedb6,fa69d78d-bd04-4ab0-9ce6-c92a84b899c2"}]`
	labels["extra_volumes"] = `[{"volume_type":"General HDD","volume_size":100}]`
	want["labels"] = labels
	if diff := cmp.Diff(want, wire(document.LongCluster(w.Fleet, gopher))); diff != "" {
		t.Errorf("for gophercloud (-want +got):\n%s", diff)
	}
}

// run is the guide's cluster when it runs.
func run(t *testing.T) *world {
	t.Helper()
	w := newCluster(t, nil)
	at := metav1.Unix(1628138389, 0)
	condition := func(conditionType string, status metav1.ConditionStatus) metav1.Condition {
		return metav1.Condition{Type: conditionType, Status: status, Reason: "Because", LastTransitionTime: at, ObservedGeneration: 1}
	}
	up := []metav1.Condition{
		condition(fleetv1.ConditionReady, metav1.ConditionTrue), condition(fleetv1.ConditionAvailable, metav1.ConditionTrue),
		condition(fleetv1.ConditionProvisioned, metav1.ConditionTrue),
	}
	w.Cluster.Cluster.Status = fleetv1.ClusterStatus{
		ObservedGeneration: 1, APIEndpoint: "https://10.0.0.1:6443", KubernetesVersion: "v1.23.3", Conditions: up,
	}
	w.Pools[0].NodePool.Status = fleetv1.NodePoolStatus{ObservedGeneration: 1, Conditions: up, Nodes: []fleetv1.Node{
		{Name: "node-0", ID: "a", Address: "192.168.0.5", State: fleetv1.NodeReady}, {Name: "node-1", ID: "b", State: fleetv1.NodePending},
	}}
	return w
}

func TestWhatClustersTellOfTheirState(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*world)
		want   string
	}{
		"running": {func(*world) {}, `{"status":"CREATE_COMPLETE","status_reason":null,"api_address":"https://10.0.0.1:6443","coe_version":"v1.23.3",
			"health_status":"HEALTHY","health_status_reason":{"api":"ok","node-0.Ready":"True","node-1.Ready":"False"},
			"node_addresses":["192.168.0.5"],"updated_at":"2021-08-05T04:39:49+00:00"}`},
		"not well": {func(w *world) {
			w.Cluster.Cluster.Status.Conditions[0].Status = metav1.ConditionFalse
			w.Cluster.Cluster.Status.Conditions[1].Status, w.Cluster.Cluster.Status.Conditions[1].Message = metav1.ConditionFalse, "It does not answer"
		}, `{"status":"CREATE_COMPLETE","health_status":"UNHEALTHY","health_status_reason":{"api":"It does not answer","node-0.Ready":"True","node-1.Ready":"False"}}`},
		"nobody knows": {func(w *world) { w.Cluster.Cluster.Status.Conditions[0].Status = metav1.ConditionUnknown }, `{"health_status":"UNKNOWN"}`},
		"changed": {func(w *world) {
			w.Cluster.Cluster.Generation = 2
			w.Cluster.Cluster.Status.Conditions = append(w.Cluster.Cluster.Status.Conditions, metav1.Condition{
				Type: fleetv1.ConditionReconciling, Status: metav1.ConditionTrue, ObservedGeneration: 2, Message: "Waiting for the adapter",
			})
		}, `{"status":"UPDATE_IN_PROGRESS","status_reason":"Waiting for the adapter"}`},
		"stalled in a pool": {func(w *world) {
			w.Pools[0].NodePool.Status.Conditions = append(w.Pools[0].NodePool.Status.Conditions, metav1.Condition{
				Type: fleetv1.ConditionStalled, Status: metav1.ConditionTrue, ObservedGeneration: 1, Message: "No such flavor",
			})
		}, `{"status":"UPDATE_FAILED","status_reason":"No such flavor"}`},
		"two groups": {func(w *world) {
			second := *w.Pools[0].NodePool
			second.Spec.Replicas = ptr(int32(4))
			w.Pools = append(w.Pools, &hub.Record{ID: groupID, Name: "b", Object: &second.ObjectMeta, NodePool: &second})
		}, `{"node_count":5,"flavor_id":"6ef27f21-c774-4c0e-84ff-7dd4a762571f"}`},
		"no groups": {func(w *world) { w.Pools = nil }, `{"node_count":0,"flavor_id":null,"keypair":null,"node_addresses":[],"health_status_reason":{"api":"ok"}}`},
		"a version that is reported only": {func(w *world) {
			w.Cluster.Cluster.Spec.KubernetesVersion, w.Cluster.Cluster.Status.KubernetesVersion = "", "v1.33.1"
		},
			`{"kube_tag":"v1.33.1","coe_version":"v1.33.1"}`},
		"no version": {func(w *world) {
			w.Cluster.Cluster.Spec.KubernetesVersion, w.Cluster.Cluster.Status.KubernetesVersion = "", ""
		},
			`{"kube_tag":"","coe_version":null}`},
		"another template": {func(w *world) {
			w.Cluster.Cluster.Spec.Extensions.NKS = kept.With(w.Cluster.Cluster.Spec.Extensions.NKS, "cluster_template_id", "v1.24.3")
		}, `{"cluster_template_id":"v1.24.3"}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := run(t)
			row.change(w)
			got := wire(document.LongCluster(w.Fleet, plain))
			for member, want := range read(t, row.want) {
				if diff := cmp.Diff(want, got[member]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", member, diff)
				}
			}
		})
	}
}

func TestMembersThatWereSentComeAlong(t *testing.T) {
	members := `{"addons":[{"z":1.50,"a":[1e2]}],"master_count":3,"discovery_url":"","create_timeout":"30","docker_volume_size":"10",
		"floating_ip_enabled":"TRUE","container_version":"1.12","merge_labels":null,"textsAsSent":{"b":1,"a":2.0},"uuid":"mine","status":"mine"}`
	wish, err := document.NewCluster(body(t, changed(t, guideCluster, read(t, members), nil)), rules())
	if err != nil {
		t.Fatal(err)
	}
	got := wire(document.LongCluster(create(wish).Fleet, gopher))
	want := read(t, `{"addons":[{"z":1.50,"a":[1e2]}],"master_count":3,"discovery_url":"","create_timeout":30,"docker_volume_size":10,
		"floating_ip_enabled":true,"container_version":"1.12","textsAsSent":{"b":1,"a":2.0},"uuid":"`+clusterID+`","status":"CREATE_IN_PROGRESS"}`)
	for member, value := range want {
		if diff := cmp.Diff(value, got[member]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", member, diff)
		}
	}
	if _, found := got["merge_labels"]; found {
		t.Error("a member that was null is shown")
	}
}

func TestMembersOfAnotherTypeThanMagnumsStayHidden(t *testing.T) {
	members := read(t, `{"master_count":"3","discovery_url":5,"master_flavor_id":{},"master_addresses":"x","faults":[1],"labels_added":{"a":1},
		"master_lb_enabled":"true","UUID":"mine","Kube_Tag":"x","Master_Count":"x","ſtatus":"x","docker_volume_size":"big","create_timeout":null,"container_version":[],"floating_ip_enabled":"perhaps"}`)
	wish, err := document.NewCluster(body(t, changed(t, guideCluster, members, nil)), rules())
	if err != nil {
		t.Fatal(err)
	}
	got := wire(document.LongCluster(create(wish).Fleet, plain))
	for _, member := range []string{"master_count", "discovery_url", "master_flavor_id", "master_addresses", "faults", "labels_added", "master_lb_enabled", "UUID", "Kube_Tag", "Master_Count", "ſtatus"} {
		if value, found := got[member]; found {
			t.Errorf("%s is %v", member, value)
		}
	}
	for member, want := range read(t, `{"docker_volume_size":null,"create_timeout":60,"container_version":null,"floating_ip_enabled":false}`) {
		if diff := cmp.Diff(want, got[member]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", member, diff)
		}
	}
}

func TestANewNodeGroup(t *testing.T) {
	w := newCluster(t, in{"kube_tag": "v1.23.3"})
	wish, err := document.NewNodeGroup(body(t, guideGroup), w.Fleet, rules())
	if err != nil {
		t.Fatal(err)
	}
	record := w.add(wish)
	want := read(t, `{"uuid":"a3366f2f-a1f3-45ef-8390-10536e8060ff","name":"added-nodegroup","status":"CREATE_IN_PROGRESS","role":"worker",
		"is_default":false,"node_count":1,"min_node_count":1,"max_node_count":null,"flavor_id":"6ef27f21-c774-4c0e-84ff-7dd4a762571f",
		"image_id":"f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc","stack_id":"a3366f2f-a1f3-45ef-8390-10536e8060ff"}`)
	if diff := cmp.Diff(want, wire(document.ShortNodeGroup(record))); diff != "" {
		t.Errorf("short (-want +got):\n%s", diff)
	}
	for name, value := range read(t, `{"id":1369126807,"cluster_id":"5801ef8a-3760-4858-b467-fc4c1201241d","project_id":"project",
		"node_addresses":[],"docker_volume_size":null,"status_reason":null,"created_at":"2021-08-05T01:48:39+00:00","updated_at":null,
		"version":"v1.23.3","links":[
			{"href":"https://nks.example.com/v1/clusters/5801ef8a-3760-4858-b467-fc4c1201241d/nodegroups/a3366f2f-a1f3-45ef-8390-10536e8060ff","rel":"self"},
			{"href":"https://nks.example.com/clusters/5801ef8a-3760-4858-b467-fc4c1201241d/nodegroups/a3366f2f-a1f3-45ef-8390-10536e8060ff","rel":"bookmark"}],
		"labels":{"availability_zone":"kr2-pub-b","boot_volume_size":"20","boot_volume_type":"General HDD","ca_enable":"false",
			"ca_max_node_count":"10","ca_min_node_count":"1","ca_scale_down_delay_after_add":"10","ca_scale_down_enable":"true",
			"ca_scale_down_unneeded_time":"10","ca_scale_down_util_thresh":"50","clusterautoscale":"nodegroupfeature","user_script_v2":"",
			"node_image":"f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc","kube_tag":"v1.23.3","cert_manager_api":"True",
			"external_network_id":"751b8227-7b45-440a-9349-dbf829d0aba5","external_subnet_id_list":"59ddc195-76b1-431d-9693-f09880747dc6",
			"master_lb_floating_ip_enabled":"true","strict_sg_rules":"True"}}`) {
		want[name] = value
	}
	if diff := cmp.Diff(want, wire(document.LongNodeGroup(w.Fleet, record, plain))); diff != "" {
		t.Errorf("long (-want +got):\n%s", diff)
	}
	want["labels"] = read(t, guideGroup)["labels"]
	if diff := cmp.Diff(want, wire(document.LongNodeGroup(w.Fleet, record, gopher))); diff != "" {
		t.Errorf("for gophercloud (-want +got):\n%s", diff)
	}
}

func TestTheControlPlaneAsANodeGroup(t *testing.T) {
	w := run(t)
	want := read(t, `{"uuid":"`+string(verb.ControlPlaneID(clusterID))+`","name":"default-master","flavor_id":null,"image_id":null,"role":"master",
		"is_default":true,"node_count":1,"min_node_count":1,"max_node_count":1,"status":"CREATE_COMPLETE","labels":{"kube_tag":"v1.23.3"},
		"node_addresses":[],"docker_volume_size":null,"status_reason":null,"created_at":"2021-08-05T01:48:39+00:00",
		"updated_at":"2021-08-05T04:39:49+00:00","version":"v1.23.3","cluster_id":"`+clusterID+`","project_id":"project"}`)
	want["stack_id"] = want["uuid"]
	got := wire(document.ControlPlane(w.Fleet, plain))
	for _, member := range []string{"id", "links"} {
		if got[member] == nil {
			t.Errorf("there is no %s", member)
		}
		delete(got, member)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// foreign is a cluster that no NKS client made, with one node group.
func foreign(t *testing.T, pool string) *world {
	t.Helper()
	w := create(hub.NewFleet{Name: "c", Spec: fleetv1.ClusterSpec{KubernetesVersion: "v1.33.1"}})
	w.add(hub.NewPool{Name: pool, Spec: fleetv1.NodePoolSpec{Role: "gpu", Machine: &fleetv1.Machine{
		Flavor: "large", ExtraVolumes: []fleetv1.ExtraVolume{{Volume: fleetv1.Volume{SizeGiB: ptr(int32(5)), Encryption: &fleetv1.VolumeEncryption{KeyID: "k", AppKeySecretName: "s"}}, MountPath: "/a"}},
		SecurityGroups: []fleetv1.SubnetSecurityGroups{{SubnetID: "a", IDs: []string{"b", "c"}}},
	}}})
	return w
}

func TestWhatOthersMade(t *testing.T) {
	w := foreign(t, "gpus")
	w.Cluster.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 3}
	w.Cluster.Cluster.Status.CertificateExpiry = ptr(metav1.NewTime(time.Unix(1628128119, 0)))
	got := wire(document.LongCluster(w.Fleet, gopher))
	for member, want := range read(t, `{"cluster_template_id":"iaas_console","create_timeout":60,"flavor_id":null,"keypair":null,"fixed_network":null,
		"labels":{"kube_tag":"v1.33.1","cert_manager_api":"True","master_lb_floating_ip_enabled":"False","strict_sg_rules":"False","cni_driver":"calico",
			"service_cluster_ip_range":"10.254.0.0/16","pods_network_cidr":"10.100.0.0/16","pods_network_subnet":"24",
			"clusterautoscale":"nodegroupfeature","term_of_validity":"3","certificate_expiry":"2021-08-05T01:48:39+00:00"}}`) {
		if diff := cmp.Diff(want, got[member]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", member, diff)
		}
	}
	want := read(t, `{"kube_tag":"v1.33.1","ca_enable":"false","ca_min_node_count":"1","ca_max_node_count":"10","ca_scale_down_enable":"true",
		"ca_scale_down_unneeded_time":"10","ca_scale_down_delay_after_add":"10","ca_scale_down_util_thresh":"50","user_script_v2":"",
		"clusterautoscale":"nodegroupfeature","cert_manager_api":"true","master_lb_floating_ip_enabled":"false","strict_sg_rules":"false",
		"extra_volumes":[{"volume_size":5,"volume_key_id":"k","volume_mount_path":"/a"}],
		"extra_security_groups":[{"target_subnet":"a","security_group_ids":"b,c"}]}`)
	group := wire(document.LongNodeGroup(w.Fleet, w.Pools[0], plain))
	if diff := cmp.Diff(want, group["labels"]); diff != "" {
		t.Errorf("labels of the group (-want +got):\n%s", diff)
	}
	if group["role"] != "gpu" || group["is_default"] != false || group["version"] != nil {
		t.Errorf("shown %v", group)
	}
	texts := wire(document.LongNodeGroup(w.Fleet, w.Pools[0], gopher))["labels"].(map[string]any)
	if texts["extra_volumes"] != `[{"volume_size":5,"volume_key_id":"k","volume_mount_path":"/a"}]` || texts["ca_enable"] != "false" {
		t.Errorf("for gophercloud %v", texts)
	}
}

func TestAnObjectWithNothingAtAll(t *testing.T) {
	fleet := &hub.Fleet{Cluster: &hub.Record{Object: &metav1.ObjectMeta{}, Cluster: &fleetv1.Cluster{}}}
	pool := &hub.Record{Object: &metav1.ObjectMeta{}, NodePool: &fleetv1.NodePool{}}
	fleet.Pools = []*hub.Record{pool}
	for _, object := range []map[string]any{
		document.LongCluster(fleet, plain), document.LongNodeGroup(fleet, pool, plain), document.ControlPlane(fleet, plain),
	} {
		if _, err := json.Marshal(object); err != nil {
			t.Error(err)
		}
	}
}
