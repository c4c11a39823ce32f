package document_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/hub"
)

// guideGroup is the example of the published guide.
const guideGroup = `{
    "name": "added-nodegroup",
    "node_count": 1,
    "flavor_id": "6ef27f21-c774-4c0e-84ff-7dd4a762571f",
    "image_id": "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc",
    "labels": {
        "availability_zone": "kr2-pub-b",
        "boot_volume_size": "20",
        "boot_volume_type": "General HDD",
        "ca_enable": "false"
    }
}`

// newCluster is the guide's cluster, with some labels replaced.
func newCluster(t *testing.T, labels map[string]any) *world {
	t.Helper()
	wish, err := document.NewCluster(body(t, changed(t, guideCluster, nil, labels)), rules())
	if err != nil {
		t.Fatal(err)
	}
	return create(wish)
}

func TestTheNodeGroupOfTheGuide(t *testing.T) {
	w := newCluster(t, nil)
	got, err := document.NewNodeGroup(body(t, guideGroup), w.Fleet, rules())
	if err != nil {
		t.Fatal(err)
	}
	want := hub.NewPool{Name: "added-nodegroup", Spec: fleetv1.NodePoolSpec{
		Role: "worker", Replicas: ptr(int32(1)), KubernetesVersion: "v1.23.3", Autoscaling: &fleetv1.Autoscaling{},
		Machine: &fleetv1.Machine{
			Flavor: "6ef27f21-c774-4c0e-84ff-7dd4a762571f", Image: "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc", Zone: "kr2-pub-b", KeyName: "test-keypair",
			BootVolume: &fleetv1.Volume{Type: "General HDD", SizeGiB: ptr(int32(20))},
		},
	}}
	ignoreKept := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Extensions" }, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignoreKept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sameJSON(t, guideGroup, got.Spec.Extensions.NKS)
	w.add(got)
	w.admit(t)
}

func TestNewNodeGroup(t *testing.T) {
	for name, row := range map[string]row{
		"the guide's":                        {},
		"a name":                             {members: in{"name": "a-1"}},
		"no name":                            {members: in{"name": nil}, faults: []string{"name: 'None' Value is required."}},
		"the name of the control plane":      {members: in{"name": "default-master"}, faults: []string{"name: 'default-master' The name default-master is reserved."}},
		"a name in the form of a UUID":       {members: in{"name": clusterID}, faults: []string{"name: '" + clusterID + "' Value should not have the form of a UUID."}},
		"a name that means a path elsewhere": {members: in{"name": "detail"}},
		"strict: a name of 21 bytes":         {rules: strict, members: in{"name": strings.Repeat("a", 21)}, faults: []string{"name: '" + strings.Repeat("a", 21) + "' Value should have at most 20 bytes."}},
		"strict: a name of 20 bytes":         {rules: strict, members: in{"name": strings.Repeat("a", 20)}},
		"no number of nodes":                 {members: in{"node_count": nil}},
		"too many nodes":                     {members: in{"node_count": 11}, faults: []string{"node_count: '11' Value should be between 1 and 10."}},
		"no nodes":                           {members: in{"node_count": "0"}, faults: []string{"node_count: '0' Value should be between 1 and 10."}},
		"no flavor":                          {members: in{"flavor_id": nil}, faults: []string{"flavor_id: 'None' Value is required."}},
		"no image":                           {members: in{"image_id": nil}, faults: []string{"image_id: 'None' Value is required."}},
		"no labels":                          {members: in{"labels": nil}, faults: []string{"labels: Value is required."}},
		"no required label":                  {labels: in{"availability_zone": nil, "boot_volume_type": nil, "boot_volume_size": nil, "ca_enable": nil}, faults: []string{"labels/availability_zone: 'None' Value is required.", "labels/boot_volume_size: 'None' Value is required.", "labels/boot_volume_type: 'None' Value is required.", "labels/ca_enable: 'None' Value is required."}},
		"the image as a label":               {labels: in{"node_image": "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc"}},
		"another image as a label":           {labels: in{"node_image": "x"}, faults: []string{"labels/node_image: 'x' Value should be that of image_id, f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc."}},
		"a worker":                           {members: in{"role": "worker"}},
		"a master":                           {members: in{"role": "master"}, faults: []string{"role: 'master' Value should be worker."}},
		"bounds as members":                  {members: in{"min_node_count": 1, "max_node_count": "5", "merge_labels": true, "docker_volume_size": 5}},
		"bounds twice":                       {members: in{"min_node_count": 2, "max_node_count": 5}, labels: in{"ca_min_node_count": "2", "ca_max_node_count": "5"}},
		"bounds that differ":                 {members: in{"min_node_count": 1, "max_node_count": 5}, labels: in{"ca_min_node_count": "2", "ca_max_node_count": "6"}, faults: []string{"max_node_count: '5' Value should be that of labels/ca_max_node_count, 6.", "min_node_count: '1' Value should be that of labels/ca_min_node_count, 2."}},
		"bounds that cross":                  {members: in{"min_node_count": 6, "max_node_count": 5}, faults: []string{"labels/ca_min_node_count: 'None' The least number of nodes, 6, should not be above the greatest, 5."}},
		"an autoscaler":                      {members: in{"node_count": 3}, labels: in{"ca_enable": "True", "ca_max_node_count": 3}},
		"an autoscaler that is overrun":      {members: in{"node_count": 4}, labels: in{"ca_enable": "True", "ca_max_node_count": 3}, faults: []string{"node_count: '4' Value should be between 1 and 3 while the autoscaler is on."}},
		"scripts, keys, networks, lists": {labels: in{"user_script": "a", "user_script_v2": "b", "boot_volume_key_id": "k", "boot_volume_appkey": "s", "additional_network_id_list": "a", "additional_subnet_id_list": "b",
			"extra_security_groups": `[{"target_subnet":"a","security_group_ids":"b"}]`, "extra_volumes": []any{in{"volume_appkey": "s"}}}},
		"a label that is an object":         {labels: in{"x": in{"y": 1}}, faults: []string{"labels/x: Value should be a text, a number, a boolean or a list."}},
		"gophercloud: nothing but a flavor": {rules: gophercloud, members: in{"image_id": nil, "labels": nil}},
		"gophercloud: no required label":    {rules: gophercloud, labels: in{"availability_zone": nil, "boot_volume_type": nil, "boot_volume_size": nil, "ca_enable": nil}},
		"gophercloud: empty labels":         {rules: gophercloud, members: in{"labels": in{}}},
		"gophercloud: labels of text":       {rules: gophercloud, members: in{"labels": "x"}, faults: []string{"labels: Value should be an object."}},
		"gophercloud: no flavor":            {rules: gophercloud, members: in{"flavor_id": nil}, faults: []string{"flavor_id: 'None' Value is required."}},
		"gophercloud: the model's image":    {rules: gophercloud, members: in{"image_id": nil}, labels: in{"node_image": "x"}, faults: []string{"labels/node_image: 'x' Value should be that of image_id, f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc."}},
	} {
		t.Run(name, func(t *testing.T) {
			if row.rules == nil {
				row.rules = rules
			}
			w := newCluster(t, nil)
			wish, err := document.NewNodeGroup(body(t, changed(t, guideGroup, row.members, row.labels)), w.Fleet, row.rules())
			got := details(err)
			slices.Sort(got)
			if diff := cmp.Diff(row.faults, got); diff != "" {
				t.Fatalf("faults (-want +got):\n%s", diff)
			}
			if err == nil {
				w.add(wish)
				w.admit(t)
			}
		})
	}
}

func TestWhatIsMissingComesFromTheDefaultWorker(t *testing.T) {
	w := newCluster(t, in{"ca_enable": "true", "boot_volume_key_id": "k", "boot_volume_appkey": "s", "user_script": "x"})
	wish, err := document.NewNodeGroup(body(t, `{"name":"added-nodegroup","flavor_id":"f"}`), w.Fleet, gophercloud())
	if err != nil {
		t.Fatal(err)
	}
	want := fleetv1.NodePoolSpec{
		Role: "worker", Replicas: ptr(int32(1)), KubernetesVersion: "v1.23.3",
		Autoscaling: &fleetv1.Autoscaling{Enabled: true, MaxReplicas: ptr(int32(10))},
		Machine: &fleetv1.Machine{
			Flavor: "f", Image: "f462a2a5-ba24-46d6-b7a1-9a9febcd3cfc", Zone: "kr2-pub-b", KeyName: "test-keypair",
			BootVolume: &fleetv1.Volume{Type: "General HDD", SizeGiB: ptr(int32(20))},
		},
	}
	ignoreKept := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Extensions" }, cmp.Ignore())
	if diff := cmp.Diff(want, wish.Spec, ignoreKept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	record := w.add(wish)
	shown := wire(document.LongNodeGroup(w.Fleet, record, document.Viewer{Gophercloud: true, Secrets: w.kept(record)}))
	if diff := cmp.Diff(map[string]any{}, shown["labels"]); diff != "" {
		t.Errorf("gophercloud sees labels that it did not send:\n%s", diff)
	}
}

func TestWithoutADefaultWorkerNothingStandsIn(t *testing.T) {
	w := newCluster(t, nil)
	w.Pools = nil
	_, err := document.NewNodeGroup(body(t, `{"name":"a","flavor_id":"f"}`), w.Fleet, gophercloud())
	want := []string{"image_id: 'None' Value is required.", "labels: Value is required."}
	if diff := cmp.Diff(want, details(err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestStrictRulesCountTheNodesOfAllGroups(t *testing.T) {
	w := newCluster(t, in{"pods_network_cidr": "10.200.0.0/21", "pods_network_subnet": 24})
	for nodes, want := range map[int][]string{
		4: nil,
		5: {"node_count: '5' The cluster would have 6 nodes, and its network of pods has subnets for 5."},
	} {
		_, err := document.NewNodeGroup(body(t, changed(t, guideGroup, in{"node_count": nodes}, nil)), w.Fleet, strict())
		if diff := cmp.Diff(want, details(err)); diff != "" {
			t.Errorf("%d nodes (-want +got):\n%s", nodes, diff)
		}
	}
}
