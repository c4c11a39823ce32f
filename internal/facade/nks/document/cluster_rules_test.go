package document_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
)

// row is a body made of the guide's, and what is wrong with it.
type row struct {
	members, labels map[string]any
	rules           func() document.Rules
	faults          []string
}

// in is what is changed.
type in = map[string]any

const anyVersion = "labels/kube_tag: 'v1.0.0' Value should be one of: v1.19.13, v1.23.3, v1.24.3, v1.29.3, v1.30.3."

// platform is a Platform with particular limits.
func platform() document.Rules {
	made := rules()
	made.Platform = &fleetv1.Platform{Spec: fleetv1.PlatformSpec{
		MaxNodesPerPool: 20, ReservedCIDRs: []string{"10.7.0.0/16"},
		KubernetesVersions: []fleetv1.KubernetesVersion{{Version: "v1.33.1", Supported: true}},
	}}
	return made
}

func TestNewCluster(t *testing.T) {
	for name, row := range map[string]row{
		"the guide's":                           {},
		"a name of one letter":                  {members: in{"name": "a"}},
		"a name that begins with a digit":       {members: in{"name": "1a"}},
		"a name of 53 bytes":                    {members: in{"name": strings.Repeat("a", 53)}},
		"a name of 54 bytes":                    {members: in{"name": strings.Repeat("a", 54)}, faults: []string{"name: '" + strings.Repeat("a", 54) + "' Value should have at most 53 bytes."}},
		"a name with a capital":                 {members: in{"name": "A"}, faults: []string{"name: 'A' Value should be lower-case letters, digits and hyphens, and begin and end with a letter or digit."}},
		"a name that ends with a hyphen":        {members: in{"name": "a-"}, faults: []string{"name: 'a-' Value should be lower-case letters, digits and hyphens, and begin and end with a letter or digit."}},
		"a name in the form of a UUID":          {members: in{"name": clusterID}, faults: []string{"name: '" + clusterID + "' Value should not have the form of a UUID."}},
		"a name of 32 hex digits":               {members: in{"name": strings.ReplaceAll(clusterID, "-", "")}, faults: []string{"name: '" + strings.ReplaceAll(clusterID, "-", "") + "' Value should not have the form of a UUID."}},
		"a name that is part of a path":         {members: in{"name": "detail"}, faults: []string{"name: 'detail' The name detail is reserved."}},
		"no name":                               {members: in{"name": nil}, faults: []string{"name: 'None' Value is required."}},
		"an empty name":                         {members: in{"name": ""}, faults: []string{"name: '' Value should not be empty."}},
		"strict: the guide's delay":             {rules: strict, faults: []string{"labels/ca_scale_down_delay_after_add: '3' Value should be between 10 and 1440."}},
		"strict: all in bounds":                 {rules: strict, labels: in{"ca_scale_down_delay_after_add": "10"}},
		"strict: a name of 20 bytes":            {rules: strict, members: in{"name": strings.Repeat("a", 20)}, labels: in{"ca_scale_down_delay_after_add": "10"}},
		"strict: a name of 21 bytes":            {rules: strict, members: in{"name": strings.Repeat("a", 21)}, labels: in{"ca_scale_down_delay_after_add": "10"}, faults: []string{"name: '" + strings.Repeat("a", 21) + "' Value should have at most 20 bytes."}},
		"strict: a name that begins with digit": {rules: strict, members: in{"name": "1a"}, labels: in{"ca_scale_down_delay_after_add": "10"}, faults: []string{"name: '1a' Value should begin with a letter."}},

		"another template":              {members: in{"cluster_template_id": "mine"}, faults: []string{"cluster_template_id: 'mine' Value should be iaas_console."}},
		"no template":                   {members: in{"cluster_template_id": nil}, faults: []string{"cluster_template_id: 'None' Value is required."}},
		"no key":                        {members: in{"keypair": nil}, faults: []string{"keypair: 'None' Value is required."}},
		"no flavor":                     {members: in{"flavor_id": ""}, faults: []string{"flavor_id: '' Value should not be empty."}},
		"a flavor that is no UUID":      {members: in{"flavor_id": "m2.c4m8"}},
		"no network":                    {members: in{"fixed_network": nil}, faults: []string{"fixed_network: 'None' Value is required."}},
		"no subnet":                     {members: in{"fixed_subnet": nil}, faults: []string{"fixed_subnet: 'None' Value is required."}},
		"a timeout that is null":        {members: in{"create_timeout": nil}},
		"a timeout as text":             {members: in{"create_timeout": "0"}},
		"a timeout below zero":          {members: in{"create_timeout": -1}, faults: []string{"create_timeout: '-1' Value should be at least 0."}},
		"nodes as text":                 {members: in{"node_count": "10"}},
		"no nodes":                      {members: in{"node_count": nil}, faults: []string{"node_count: 'None' Value is required."}},
		"zero nodes":                    {members: in{"node_count": 0}, faults: []string{"node_count: '0' Value should be between 1 and 10."}},
		"too many nodes":                {members: in{"node_count": 11}, faults: []string{"node_count: '11' Value should be between 1 and 10."}},
		"no labels":                     {members: in{"labels": nil}, faults: []string{"labels: Value is required."}},
		"labels that are a text":        {members: in{"labels": "x"}, faults: []string{"labels: Value should be an object."}},
		"members that nobody knows":     {members: in{"addons": []any{in{"name": "calico"}}, "master_count": "x", "min_node_count": "y", "merge_labels": 5, "role": "master"}},
		"labels that nobody knows":      {labels: in{"a": "b", "c": 5, "d": true, "e": []any{1, "x", in{"f": "g"}}}},
		"a label that is an object":     {labels: in{"a": in{}}, faults: []string{"labels/a: Value should be a text, a number, a boolean or a list."}},
		"a zone that is empty":          {labels: in{"availability_zone": ""}},
		"no zone":                       {labels: in{"availability_zone": nil}, faults: []string{"labels/availability_zone: 'None' Value is required."}},
		"an image that is empty":        {labels: in{"node_image": ""}, faults: []string{"labels/node_image: '' Value should not be empty."}},
		"no image":                      {labels: in{"node_image": nil}, faults: []string{"labels/node_image: 'None' Value is required."}},
		"no type of disk":               {labels: in{"boot_volume_type": nil}, faults: []string{"labels/boot_volume_type: 'None' Value is required."}},
		"no size of disk":               {labels: in{"boot_volume_size": nil}, faults: []string{"labels/boot_volume_size: 'None' Value is required."}},
		"a disk of no size":             {labels: in{"boot_volume_size": 0}, faults: []string{"labels/boot_volume_size: '0' Value should be between 1 and 65536."}},
		"a key of the disk":             {labels: in{"boot_volume_key_id": "k", "boot_volume_appkey": "hunter2"}},
		"a secret that is a number":     {labels: in{"boot_volume_appkey": 5}, faults: []string{"labels/boot_volume_appkey: Value should be a string."}},
		"a version that is not offered": {labels: in{"kube_tag": "v1.0.0"}, faults: []string{anyVersion}},
		"no version":                    {labels: in{"kube_tag": nil}, faults: []string{"labels/kube_tag: 'None' Value is required."}},
		"an old version":                {labels: in{"kube_tag": "v1.19.13"}},
		"no certificates":               {labels: in{"cert_manager_api": "false"}, faults: []string{"labels/cert_manager_api: 'false' Value should be True."}},
		"certificates not mentioned":    {labels: in{"cert_manager_api": nil}, faults: []string{"labels/cert_manager_api: 'None' Value is required."}},
		"public not mentioned":          {labels: in{"master_lb_floating_ip_enabled": nil}, faults: []string{"labels/master_lb_floating_ip_enabled: 'None' Value is required."}},
		"public in any case":            {labels: in{"master_lb_floating_ip_enabled": "TRUE", "ca_enable": false}},
		"an autoscaler not mentioned":   {labels: in{"ca_enable": nil}, faults: []string{"labels/ca_enable: 'None' Value is required."}},
		"an autoscaler that may be":     {labels: in{"ca_enable": "perhaps"}, faults: []string{"labels/ca_enable: 'perhaps' Value should be true or false."}},
		"an autoscaler without bounds":  {labels: in{"ca_enable": true, "ca_min_node_count": nil, "ca_max_node_count": nil}},
		"bounds that cross": {labels: in{"ca_min_node_count": "5", "ca_max_node_count": 4},
			faults: []string{"labels/ca_min_node_count: '5' The least number of nodes, 5, should not be above the greatest, 4."}},
		"a bound of zero":               {labels: in{"ca_min_node_count": "0"}, faults: []string{"labels/ca_min_node_count: '0' Value should be between 1 and 10."}},
		"a bound above the limit":       {labels: in{"ca_max_node_count": "11"}, faults: []string{"labels/ca_max_node_count: '11' Value should be between 1 and 10."}},
		"fewer nodes than the least":    {labels: in{"ca_enable": "true", "ca_min_node_count": "2"}, faults: []string{"node_count: '1' Value should be between 2 and 10 while the autoscaler is on."}},
		"fewer while it is off":         {labels: in{"ca_min_node_count": "2"}},
		"more nodes than the greatest":  {members: in{"node_count": 3}, labels: in{"ca_enable": "true", "ca_max_node_count": "2"}, faults: []string{"node_count: '3' Value should be between 1 and 2 while the autoscaler is on."}},
		"times of no minutes":           {labels: in{"ca_scale_down_unneeded_time": 0, "ca_scale_down_delay_after_add": "0"}, faults: []string{"labels/ca_scale_down_delay_after_add: '0' Value should be at least 1.", "labels/ca_scale_down_unneeded_time: '0' Value should be at least 1."}},
		"times of many minutes":         {labels: in{"ca_scale_down_unneeded_time": 100000}},
		"strict: times of many minutes": {rules: strict, labels: in{"ca_scale_down_unneeded_time": 1441, "ca_scale_down_delay_after_add": 10}, faults: []string{"labels/ca_scale_down_unneeded_time: '1441' Value should be between 1 and 1440."}},
		"a use of more than all":        {labels: in{"ca_scale_down_util_thresh": "101"}, faults: []string{"labels/ca_scale_down_util_thresh: '101' Value should be between 1 and 100."}},
		"scaling down or not":           {labels: in{"ca_scale_down_enable": 1}, faults: []string{"labels/ca_scale_down_enable: '1' Value should be true or false."}},

		"a script of 65536 bytes":   {labels: in{"user_script": strings.Repeat("x", 65536), "user_script_v2": "#!/bin/sh"}},
		"a script of 65537 bytes":   {labels: in{"user_script_v2": strings.Repeat("x", 65537)}, faults: []string{"labels/user_script_v2: Value should have at most 65536 bytes."}},
		"an old script of too many": {labels: in{"user_script": strings.Repeat("x", 65537)}, faults: []string{"labels/user_script: Value should have at most 65536 bytes."}},
		"a Platform of its own":     {rules: platform, members: in{"node_count": 20}, labels: in{"kube_tag": "v1.33.1"}},
		"a Platform's limits": {rules: platform, members: in{"node_count": 21}, labels: in{"kube_tag": "v1.29.3", "pods_network_cidr": "10.7.1.0/24"}, faults: []string{
			"labels/kube_tag: 'v1.29.3' Value should be v1.33.1.",
			"labels/pods_network_cidr: '10.7.1.0/24' The network 10.7.1.0/24 overlaps 10.7.0.0/16, which is not for clusters.",
			"node_count: '21' Value should be between 1 and 20."}},
		"all is wrong": {members: in{"name": 5, "keypair": 1}, labels: in{"kube_tag": "v1.0.0", "boot_volume_size": "big"}, faults: []string{
			"keypair: '1' Value should be a string.", "labels/boot_volume_size: 'big' Value should be an integer.", anyVersion, "name: '5' Value should be a string."}},
	} {
		t.Run(name, func(t *testing.T) { check(t, row) })
	}
}

// check holds a row against the code, and what is accepted against the schemas.
func check(t *testing.T, row row) {
	t.Helper()
	if row.rules == nil {
		row.rules = rules
	}
	wish, err := document.NewCluster(body(t, changed(t, guideCluster, row.members, row.labels)), row.rules())
	got := details(err)
	slices.Sort(got)
	if diff := cmp.Diff(row.faults, got); diff != "" {
		t.Fatalf("faults (-want +got):\n%s", diff)
	}
	if err == nil {
		create(wish).admit(t)
	}
}

func TestNetworksOfNewClusters(t *testing.T) {
	const newer = "v1.24.3"
	for name, row := range map[string]row{
		"networks that go together": {labels: in{"pods_network_cidr": "10.200.0.0/22", "service_cluster_ip_range": "10.201.0.0/24", "pods_network_subnet": 24}},
		"half of the external ones": {labels: in{"external_subnet_id_list": nil}, faults: []string{
			"labels/external_network_id: '751b8227-7b45-440a-9349-dbf829d0aba5' It goes with labels/external_subnet_id_list only. Give both or neither."}},
		"the other half":                   {labels: in{"external_network_id": ""}, faults: []string{"labels/external_subnet_id_list: '59ddc195-76b1-431d-9693-f09880747dc6' It goes with labels/external_network_id only. Give both or neither."}},
		"no external ones":                 {labels: in{"external_network_id": nil, "external_subnet_id_list": ""}},
		"many external ones":               {labels: in{"external_subnet_id_list": "b:a:c"}},
		"an external one without a name":   {labels: in{"external_subnet_id_list": "b::c"}, faults: []string{"labels/external_subnet_id_list: 'b::c' The list should not have empty items."}},
		"too many external ones":           {labels: in{"external_subnet_id_list": strings.Repeat("a:", 32) + "a"}, faults: []string{"labels/external_subnet_id_list: '" + strings.Repeat("a:", 32) + "a' The list should have at most 32 items."}},
		"further networks":                 {labels: in{"additional_network_id_list": "a:b", "additional_subnet_id_list": "c:d"}},
		"half of the further networks":     {labels: in{"additional_network_id_list": "a:b"}, faults: []string{"labels/additional_network_id_list: 'a:b' It goes with labels/additional_subnet_id_list only. Give both or neither."}},
		"further networks that do not fit": {labels: in{"additional_network_id_list": "a:b", "additional_subnet_id_list": "c"}, faults: []string{"labels/additional_subnet_id_list: 'c' It should have as many items as labels/additional_network_id_list, 2."}},
		"pods that are no network":         {labels: in{"pods_network_cidr": "10.0.0.0"}, faults: []string{"labels/pods_network_cidr: '10.0.0.0' Value should be an IPv4 CIDR, for example 10.100.0.0/16."}},
		"pods in a small network":          {labels: in{"pods_network_cidr": "10.200.0.0/25"}, faults: []string{"labels/pods_network_cidr: '10.200.0.0/25' The prefix should be at most /24."}},
		"services in a small network":      {labels: in{"service_cluster_ip_range": "10.200.0.0/30"}, faults: []string{"labels/service_cluster_ip_range: '10.200.0.0/30' The prefix should be at most /24."}},
		"pods among link-local addresses":  {labels: in{"pods_network_cidr": "169.254.0.0/20"}, faults: []string{"labels/pods_network_cidr: '169.254.0.0/20' The network 169.254.0.0/20 overlaps 169.254.0.0/16, which is not for clusters."}},
		"services in a reserved network":   {labels: in{"service_cluster_ip_range": "198.18.0.0/15"}, faults: []string{"labels/service_cluster_ip_range: '198.18.0.0/15' The network 198.18.0.0/15 overlaps 198.18.0.0/19, which is not for clusters."}},
		"pods beside a reserved network":   {labels: in{"pods_network_cidr": "198.18.32.0/20"}},
		"pods among services":              {labels: in{"pods_network_cidr": "10.254.8.0/22"}, faults: []string{"labels/pods_network_cidr: '10.254.8.0/22' The network 10.254.8.0/22 overlaps 10.254.0.0/16, the network of services."}},
		"services among pods":              {labels: in{"service_cluster_ip_range": "10.100.8.0/22"}, faults: []string{"labels/service_cluster_ip_range: '10.100.8.0/22' The network 10.100.8.0/22 overlaps 10.100.0.0/16, the network of pods."}},
		"both in one network":              {labels: in{"service_cluster_ip_range": "10.1.0.0/16", "pods_network_cidr": "10.1.2.0/24"}, faults: []string{"labels/pods_network_cidr: '10.1.2.0/24' The network 10.1.2.0/24 overlaps 10.1.0.0/16, the network of services."}},
		"pods on the bridge":               {labels: in{"pods_network_cidr": "172.17.0.0/16"}, faults: []string{"labels/pods_network_cidr: '172.17.0.0/16' The network 172.17.0.0/16 overlaps 172.17.0.0/16, which is not for clusters."}},
		"services on the bridge":           {labels: in{"service_cluster_ip_range": "172.16.0.0/12"}, faults: []string{"labels/service_cluster_ip_range: '172.16.0.0/12' The network 172.16.0.0/12 overlaps 172.17.0.0/16, which is not for clusters."}},
		"pods on the bridge, later":        {labels: in{"pods_network_cidr": "172.17.0.0/16", "kube_tag": newer}},
		"a subnet of 20":                   {labels: in{"pods_network_subnet": "20"}},
		"a subnet of 28":                   {labels: in{"pods_network_subnet": 28}},
		"a subnet of 19":                   {labels: in{"pods_network_subnet": "19"}, faults: []string{"labels/pods_network_subnet: '19' Value should be between 20 and 28."}},
		"a subnet of 29":                   {labels: in{"pods_network_subnet": "29"}, faults: []string{"labels/pods_network_subnet: '29' Value should be between 20 and 28."}},
		"a subnet too large for the pods":  {labels: in{"pods_network_cidr": "10.200.0.0/20", "pods_network_subnet": "21"}, faults: []string{"labels/pods_network_subnet: '21' Value should be between 22 and 28, for the network of pods is 10.200.0.0/20."}},
		"a subnet that just fits":          {labels: in{"pods_network_cidr": "10.200.0.0/24", "pods_network_subnet": "26"}},
		"calico":                           {labels: in{"cni_driver": "calico"}},
		"calico with eBPF":                 {labels: in{"cni_driver": "calico-ebpf"}},
		"no plugin at all":                 {labels: in{"cni_driver": ""}},
		"flannel":                          {labels: in{"cni_driver": "flannel"}, faults: []string{"labels/cni_driver: 'flannel' Value should be one of: calico, calico-ebpf."}},
		"strictness that is no boolean":    {labels: in{"strict_sg_rules": "yes"}, faults: []string{"labels/strict_sg_rules: 'yes' Value should be true or false."}},
		"gateways":                         {labels: in{"ncr_sgw": "a", "obs_sgw": "b"}},
		"one gateway":                      {labels: in{"ncr_sgw": "", "obs_sgw": "b"}},
		"a gateway that is a number":       {labels: in{"ncr_sgw": 5}, faults: []string{"labels/ncr_sgw: '5' Value should be a string."}},
		"strict: more nodes than subnets": {rules: strict, members: in{"node_count": 2}, labels: in{"ca_scale_down_delay_after_add": 10, "pods_network_cidr": "10.200.0.0/22", "pods_network_subnet": 24},
			faults: []string{"node_count: '2' The cluster would have 2 nodes, and its network of pods has subnets for 1."}},
		"strict: as many nodes as subnets": {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "pods_network_cidr": "10.200.0.0/22", "pods_network_subnet": 24}},
		"more nodes than subnets":          {members: in{"node_count": 2}, labels: in{"pods_network_cidr": "10.200.0.0/22", "pods_network_subnet": 24}},
	} {
		t.Run(name, func(t *testing.T) { check(t, row) })
	}
}

func TestListsOfNewClusters(t *testing.T) {
	group := func(ids string) any { return in{"target_subnet": "a", "security_group_ids": ids} }
	for name, row := range map[string]row{
		"groups as text":           {labels: in{"extra_security_groups": `[{"target_subnet": "a", "security_group_ids": "b,c"}]`}},
		"groups as an empty text":  {labels: in{"extra_security_groups": ""}},
		"no groups":                {labels: in{"extra_security_groups": []any{}}},
		"groups that are no list":  {labels: in{"extra_security_groups": 5}, faults: []string{"labels/extra_security_groups: '5' Value should be a list of objects."}},
		"groups without a subnet":  {labels: in{"extra_security_groups": []any{in{"security_group_ids": "a"}}}, faults: []string{"labels/extra_security_groups/0/target_subnet: 'None' Value is required."}},
		"groups that are none":     {labels: in{"extra_security_groups": []any{group("")}}, faults: []string{"labels/extra_security_groups/0/security_group_ids: '' Value should not be empty."}},
		"a subnet twice":           {labels: in{"extra_security_groups": []any{group("b"), group("c")}}, faults: []string{"labels/extra_security_groups: The subnet a is given twice."}},
		"many groups":              {labels: in{"extra_security_groups": []any{group("1,2,3,4,5,6,7,8,9")}}},
		"far too many groups":      {labels: in{"extra_security_groups": []any{group(strings.Repeat("a,", 64) + "b")}}, faults: []string{"labels/extra_security_groups: The subnet a should have at most 64 security groups."}},
		"strict: eight groups":     {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "extra_security_groups": []any{group("1,2,3,4,5,6,7,8")}}},
		"strict: nine groups":      {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "extra_security_groups": []any{group("1,2,3,4,5,6,7,8,9")}}, faults: []string{"labels/extra_security_groups: The subnet a should have at most 8 security groups."}},
		"volumes as text":          {labels: in{"extra_volumes": `[ {"volume_size" : "100"} ]`}},
		"text that is no list":     {labels: in{"extra_volumes": `[{"volume_appkey":"hunter2"`}, faults: []string{"labels/extra_volumes: Value should be a list of objects."}},
		"a volume of nothing":      {labels: in{"extra_volumes": []any{in{}}}},
		"a volume with everything": {labels: in{"extra_volumes": []any{in{"volume_type": "a", "volume_size": "5", "volume_key_id": "k", "volume_appkey": "hunter2", "volume_mount_path": "/data", "more": 1}}}},
		"a volume that is a text":  {labels: in{"extra_volumes": []any{"a"}}, faults: []string{"labels/extra_volumes/0: Value should be an object."}},
		"a volume of no size":      {labels: in{"extra_volumes": []any{in{}, in{"volume_size": 0}}}, faults: []string{"labels/extra_volumes/1/volume_size: '0' Value should be between 1 and 65536."}},
		"a secret that is none":    {labels: in{"extra_volumes": []any{in{"volume_appkey": in{"a": "hunter2"}}}}, faults: []string{"labels/extra_volumes/0/volume_appkey: Value should be a string."}},
		"a path that is relative":  {labels: in{"extra_volumes": []any{in{"volume_mount_path": "data"}}}, faults: []string{"labels/extra_volumes/0/volume_mount_path: 'data' Value should be an absolute path."}},
		"too many volumes":         {labels: in{"extra_volumes": slices.Repeat([]any{in{"volume_appkey": "a"}}, 33)}, faults: []string{"labels/extra_volumes: There should be at most 32 volumes."}},
		"strict: three volumes":    {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "extra_volumes": slices.Repeat([]any{in{"volume_size": 2048}}, 3)}},
		"strict: four volumes":     {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "extra_volumes": slices.Repeat([]any{in{}}, 4)}, faults: []string{"labels/extra_volumes: There should be at most 3 volumes."}},
		"strict: a large volume":   {rules: strict, labels: in{"ca_scale_down_delay_after_add": 10, "extra_volumes": []any{in{"volume_size": 2049}}}, faults: []string{"labels/extra_volumes/0/volume_size: '2049' Value should be between 1 and 2048."}},
	} {
		t.Run(name, func(t *testing.T) { check(t, row) })
	}
}
