package document

import fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"

// Members of bodies and objects.
const (
	memberName     = "name"
	memberTemplate = "cluster_template_id"
	memberTimeout  = "create_timeout"
	memberNodes    = "node_count"
	memberLeast    = "min_node_count"
	memberMost     = "max_node_count"
	memberKey      = "keypair"
	memberFlavor   = "flavor_id"
	memberImage    = "image_id"
	memberNetwork  = "fixed_network"
	memberSubnet   = "fixed_subnet"
	memberLabels   = "labels"
	memberRole     = "role"
	memberDisk     = "docker_volume_size"
)

// Labels of clusters.
const (
	labelVersion         = "kube_tag"
	labelCertificates    = "cert_manager_api"
	labelPublic          = "master_lb_floating_ip_enabled"
	labelExternalNetwork = "external_network_id"
	labelExternalSubnets = "external_subnet_id_list"
	labelServices        = "service_cluster_ip_range"
	labelPods            = "pods_network_cidr"
	labelPodSubnet       = "pods_network_subnet"
	labelCNI             = "cni_driver"
	labelStrict          = "strict_sg_rules"
	labelRegistry        = "ncr_sgw"
	labelStorage         = "obs_sgw"
	labelAutoscaler      = "clusterautoscale"
	labelValidity        = "term_of_validity"
	labelExpiry          = "certificate_expiry"
)

// Labels of node groups, which those of a cluster hold for its default-worker.
const (
	labelZone     = "availability_zone"
	labelImage    = "node_image"
	labelBootType = "boot_volume_type"
	labelBootSize = "boot_volume_size"
	labelBootKey  = "boot_volume_key_id"
	labelNetworks = "additional_network_id_list"
	labelSubnets  = "additional_subnet_id_list"
	labelGroups   = "extra_security_groups"
)

// Members of the items of lists.
const (
	memberTarget    = "target_subnet"
	memberGroups    = "security_group_ids"
	memberType      = "volume_type"
	memberSize      = "volume_size"
	memberKeyID     = "volume_key_id"
	memberMountPath = "volume_mount_path"
)

const (
	// autoscalerFeature is the value of labelAutoscaler where the client sent none.
	autoscalerFeature = "nodegroupfeature"
	roleWorker        = "worker"
	roleMaster        = "master"
	cniCalicoEBPF     = "calico-ebpf"
	defaultTimeout    = 60

	// colon and comma separate the items of lists in one text.
	colon, comma = ":", ","
)

// scripts are the labels with user scripts. Their names are the keys of the Secret too.
var scripts = []string{fleetv1.UserScriptKey, fleetv1.UserScriptV2Key}
