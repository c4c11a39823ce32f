package nks

import "strings"

// fieldNames are the names, in the bodies of clients, of what a cluster's or node group's spec holds.
var fieldNames = map[string]string{
	"metadata.name":                                   "name",
	"spec.poolName":                                   "name",
	"spec.kubernetesVersion":                          "labels/kube_tag",
	"spec.replicas":                                   "node_count",
	"spec.machine.flavor":                             "flavor_id",
	"spec.machine.image":                              "image_id",
	"spec.machine.keyName":                            "keypair",
	"spec.machine.zone":                               "labels/availability_zone",
	"spec.machine.bootVolume.type":                    "labels/boot_volume_type",
	"spec.machine.bootVolume.sizeGiB":                 "labels/boot_volume_size",
	"spec.machine.bootVolume.encryption.keyID":        "labels/boot_volume_key_id",
	"spec.machine.extraVolumes":                       "labels/extra_volumes",
	"spec.machine.securityGroups":                     "labels/extra_security_groups",
	"spec.machine.networks":                           "labels/additional_network_id_list",
	"spec.autoscaling.minReplicas":                    "labels/ca_min_node_count",
	"spec.autoscaling.maxReplicas":                    "labels/ca_max_node_count",
	"spec.autoscaling.scaleDown.unneededMinutes":      "labels/ca_scale_down_unneeded_time",
	"spec.autoscaling.scaleDown.delayAfterAddMinutes": "labels/ca_scale_down_delay_after_add",
	"spec.autoscaling.scaleDown.utilizationPercent":   "labels/ca_scale_down_util_thresh",
	"spec.network.networkID":                          "fixed_network",
	"spec.network.subnetID":                           "fixed_subnet",
	"spec.network.podCIDR":                            "labels/pods_network_cidr",
	"spec.network.podSubnetPrefix":                    "labels/pods_network_subnet",
	"spec.network.serviceCIDR":                        "labels/service_cluster_ip_range",
	"spec.network.cni":                                "labels/cni_driver",
	"spec.network.externalNetworkID":                  "labels/external_network_id",
	"spec.network.externalSubnetIDs":                  "labels/external_subnet_id_list",
	"spec.serviceGateways.registry":                   "labels/ncr_sgw",
	"spec.serviceGateways.objectStorage":              "labels/obs_sgw",
	"spec.apiEndpoint.accessControl.targets":          "ipacl_targets",
	"spec.certificates.validityYears":                 "term_of_validity",
	"spec.rollout.maxSurge":                           "num_buffer_nodes",
	"spec.rollout.maxUnavailable":                     "num_max_unavailable_nodes",
	"spec.nodesToRemove":                              "nodes_to_remove",
	"spec.stoppedNodes":                               "node_list",
}

// fieldOf is the name, in the bodies of clients, of a field of an object. Items of lists go by the name of the list, and what clients do
// not know by its own.
func fieldOf(path string) string {
	list, _, _ := strings.Cut(path, "[")
	if name, ok := fieldNames[list]; ok {
		return name
	}
	return path
}
