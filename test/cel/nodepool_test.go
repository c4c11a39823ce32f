package cel

import "slices"

var nodePoolRows = slices.Concat(nodePoolSpecRows, nodePoolAutoscalingRows, nodePoolMachineRows)

var nodePoolSpecRows = []row{
	{desc: "the sample"},
	{desc: "nothing but a cluster", mutate: []edit{set("spec", fields{"clusterName": "example"})}},
	{desc: "no cluster", mutate: []edit{unset("spec.clusterName")}, wantErrors: []string{"spec.clusterName: Required value"}},

	{desc: "name with a dot", mutate: []edit{set("metadata.name", "a.b")}, wantErrors: []string{nameOfPool}},
	{desc: "name of 120 characters", mutate: []edit{set("metadata.name", text(120))}},
	{desc: "name of 121 characters", mutate: []edit{set("metadata.name", text(121))}, wantErrors: []string{nameOfPool}},

	{desc: "another cluster from the start", mutate: []edit{set("spec.clusterName", "other-1")}},
	{desc: "cluster with a dot", mutate: []edit{set("spec.clusterName", "a.b")}, wantErrors: []string{clusterOfPool}},
	{desc: "cluster changed", update: []edit{set("spec.clusterName", "other")}, wantErrors: []string{
		"spec.clusterName: spec.clusterName is immutable; create a new NodePool for another cluster"}},
	{desc: "cluster written again, replicas changed", update: []edit{set("spec.clusterName", "example"), set("spec.replicas", 4)}},

	{desc: "short pool name", mutate: []edit{set("spec.poolName", "a")}},
	{desc: "pool name with an underscore", mutate: []edit{set("spec.poolName", "a_b")}, wantErrors: []string{
		"spec.poolName: poolName must be lower-case letters, digits and hyphens, starting and ending with a letter or digit"}},
	{desc: "pool name of the control plane", mutate: []edit{set("spec.poolName", "default-master")}, wantErrors: []string{
		"spec.poolName: poolName default-master stands for the control plane; choose another name"}},
	{desc: "pool name changed", update: []edit{set("spec.poolName", "other")}, wantErrors: []string{poolNameImmutable}},
	{desc: "pool name taken away", update: []edit{unset("spec.poolName")}, wantErrors: []string{poolNameImmutable}},
	{desc: "pool name given later", mutate: []edit{unset("spec.poolName")}, update: []edit{set("spec.poolName", "worker")}, wantErrors: []string{poolNameImmutable}},
	{desc: "pool name written again", update: []edit{set("spec.poolName", "worker")}},

	{desc: "another role", mutate: []edit{set("spec.role", "gpu-worker")}},
	{desc: "role with a slash", mutate: []edit{set("spec.role", "a/b")}, wantErrors: []string{
		"spec.role: role must be lower-case letters, digits and hyphens, starting and ending with a letter or digit"}},
	{desc: "role master", mutate: []edit{set("spec.role", "master")}, wantErrors: []string{roleOfPool}},
	{desc: "role control-plane", mutate: []edit{set("spec.role", "control-plane")}, wantErrors: []string{roleOfPool}},

	{desc: "no nodes", mutate: []edit{unset("spec.autoscaling"), set("spec.replicas", 0)}},
	{desc: "fewer than no nodes", mutate: []edit{unset("spec.autoscaling"), set("spec.replicas", -1)}, wantErrors: []string{
		"spec.replicas: should be greater than or equal to 0",
		".spec.replicas: should be a non-negative integer"}},
	{desc: "too many nodes", mutate: []edit{unset("spec.autoscaling"), set("spec.replicas", 5001)}, wantErrors: []string{
		"spec.replicas: should be less than or equal to 5000"}},

	{desc: "version of its own", mutate: []edit{set("spec.kubernetesVersion", "v1.33.1")}},
	{desc: "version without v", mutate: []edit{set("spec.kubernetesVersion", "1.33.1")}, wantErrors: []string{
		"spec.kubernetesVersion: kubernetesVersion must be a full version with a leading v, for example v1.33.1"}},

	{desc: "user script", mutate: []edit{set("spec.userScriptSecretName", "scripts.v2")}},
	{desc: "user script from another namespace", mutate: []edit{set("spec.userScriptSecretName", "other/scripts")}, wantErrors: []string{
		"spec.userScriptSecretName: userScriptSecretName must be the name of a Secret: lower-case letters, digits, hyphens and dots"}},

	{desc: "nodes to stop and to remove", mutate: []edit{set("spec.stoppedNodes", []any{"a"}), set("spec.nodesToRemove", []any{"b", "c"})}},
	{desc: "the same node twice", mutate: []edit{set("spec.stoppedNodes", []any{"a", "a"})}, wantErrors: []string{
		`spec.stoppedNodes[1]: Duplicate value: "a"`}},
	{desc: "node without an id", mutate: []edit{set("spec.nodesToRemove", []any{""})}, wantErrors: []string{
		"spec.nodesToRemove[0]: should be at least 1 chars long"}},
	{desc: "selector of an imported pool", mutate: []edit{set("spec.nodeSelector", fields{"pool": "a"})}},

	{desc: "surge only", mutate: []edit{set("spec.rollout", fields{"maxSurge": 1, "maxUnavailable": 0})}},
	{desc: "no way to roll", mutate: []edit{set("spec.rollout", fields{"maxSurge": 0, "maxUnavailable": 0})}, wantErrors: []string{rollout}},
	{desc: "rollout below the bounds", mutate: []edit{set("spec.rollout", fields{"maxSurge": -1, "maxUnavailable": -1})}, wantErrors: []string{
		"spec.rollout.maxSurge: should be greater than or equal to 0",
		"spec.rollout.maxUnavailable: should be greater than or equal to 0", rollout}},
	{desc: "rollout above the bounds", mutate: []edit{set("spec.rollout", fields{"maxSurge": 1001, "maxUnavailable": 1001})}, wantErrors: []string{
		"spec.rollout.maxSurge: should be less than or equal to 1000",
		"spec.rollout.maxUnavailable: should be less than or equal to 1000"}},

	{desc: "operation of a REST client", mutate: []edit{set("spec.operation", operationRequest)}},
	{desc: "malformed operation", mutate: []edit{set("spec.operation", fields{"id": "7", "type": "resize", "generation": 0})}, wantErrors: operationRequestErrors},

	{desc: "status of a stopped node", status: []edit{set("status.nodes", []any{fields{"name": "a", "id": "a", "state": "Stopped"}})}},
	{desc: "status of an unknown kind", status: []edit{set("status.nodes", []any{fields{"name": "a", "id": "a", "state": "Asleep"}})}, wantErrors: []string{
		`status.nodes[0].state: supported values: "Pending", "Ready", "NotReady", "Stopped", "Removing"`}},
}

var nodePoolAutoscalingRows = []row{
	{desc: "autoscaling of exactly one number", mutate: []edit{set("spec.replicas", 5), set("spec.autoscaling", fields{"enabled": true, "minReplicas": 5, "maxReplicas": 5})}},
	{desc: "autoscaling prepared and off", mutate: []edit{set("spec.autoscaling", fields{"enabled": false})}},
	{desc: "autoscaling to zero", mutate: []edit{set("spec.replicas", 0), set("spec.autoscaling", fields{"enabled": true, "minReplicas": 0, "maxReplicas": 0})}},
	{desc: "autoscaling with its bounds crossed", mutate: []edit{set("spec.autoscaling", fields{"enabled": true, "minReplicas": 6, "maxReplicas": 5})}, wantErrors: []string{minAboveMax, outOfBounds}},
	{desc: "autoscaling to fewer than the default minimum", mutate: []edit{set("spec.autoscaling", fields{"enabled": true, "maxReplicas": 0})}, wantErrors: []string{minAboveMax, outOfBounds}},
	{desc: "autoscaling without a maximum", mutate: []edit{set("spec.autoscaling", fields{"enabled": true})}, wantErrors: []string{
		"spec.autoscaling.maxReplicas: maxReplicas is required while autoscaling is enabled"}},
	{desc: "autoscaling neither on nor off", mutate: []edit{set("spec.autoscaling", fields{"maxReplicas": 3})}, wantErrors: []string{
		"spec.autoscaling.enabled: Required value"}},
	{desc: "autoscaling below the bounds", mutate: []edit{set("spec.autoscaling", fields{"enabled": true, "minReplicas": -1, "maxReplicas": -1})}, wantErrors: []string{
		"spec.autoscaling.maxReplicas: should be greater than or equal to 0",
		"spec.autoscaling.minReplicas: should be greater than or equal to 0", outOfBounds}},
	{desc: "autoscaling above the bounds", mutate: []edit{set("spec.autoscaling", fields{"enabled": true, "minReplicas": 5001, "maxReplicas": 5001})}, wantErrors: []string{
		"spec.autoscaling.maxReplicas: should be less than or equal to 5000",
		"spec.autoscaling.minReplicas: should be less than or equal to 5000", outOfBounds}},
	{desc: "as many nodes as autoscaling allows", mutate: []edit{set("spec.replicas", 5)}},
	{desc: "more nodes than autoscaling allows", mutate: []edit{set("spec.replicas", 6)}, wantErrors: []string{outOfBounds}},
	{desc: "fewer nodes than autoscaling allows", mutate: []edit{set("spec.autoscaling.minReplicas", 4)}, wantErrors: []string{outOfBounds}},
	{desc: "no nodes where autoscaling keeps one by default", mutate: []edit{set("spec.replicas", 0), unset("spec.autoscaling.minReplicas")}, wantErrors: []string{outOfBounds}},
	{desc: "scaled above what autoscaling allows", update: []edit{set("spec.replicas", 6)}, wantErrors: []string{outOfBounds}},
	{desc: "autoscaling narrowed below the present number", update: []edit{set("spec.autoscaling.maxReplicas", 2)}},
	{desc: "more nodes while autoscaling is off", mutate: []edit{set("spec.autoscaling.enabled", false), set("spec.replicas", 6)}},
	{desc: "scaling down with defaults", mutate: []edit{set("spec.autoscaling.scaleDown", fields{})}},
	{desc: "scaling down at once", mutate: []edit{set("spec.autoscaling.scaleDown", fields{"unneededMinutes": 0, "delayAfterAddMinutes": 0, "utilizationPercent": 0})}, wantErrors: []string{
		"spec.autoscaling.scaleDown.delayAfterAddMinutes: should be greater than or equal to 1",
		"spec.autoscaling.scaleDown.unneededMinutes: should be greater than or equal to 1",
		"spec.autoscaling.scaleDown.utilizationPercent: should be greater than or equal to 1"}},
	{desc: "scaling down beyond counting", mutate: []edit{set("spec.autoscaling.scaleDown", fields{"unneededMinutes": 3000000000, "delayAfterAddMinutes": 3000000000})}, wantErrors: []string{
		"<nil>: Checked value must be of type integer with format int32 in spec.autoscaling.scaleDown.delayAfterAddMinutes",
		"<nil>: Checked value must be of type integer with format int32 in spec.autoscaling.scaleDown.unneededMinutes"}},
	{desc: "scaling down above all use", mutate: []edit{set("spec.autoscaling.scaleDown.utilizationPercent", 101)}, wantErrors: []string{
		"spec.autoscaling.scaleDown.utilizationPercent: should be less than or equal to 100"}},
}

var nodePoolMachineRows = []row{
	{desc: "empty machine", mutate: []edit{set("spec.machine", fields{})}},
	{desc: "encrypted boot volume", mutate: []edit{set("spec.machine.bootVolume", fields{"sizeGiB": 1, "encryption": fields{"keyID": "k", "appKeySecretName": "s"}})}},
	{desc: "volumes without a size", mutate: []edit{set("spec.machine.bootVolume.sizeGiB", 0), set("spec.machine.extraVolumes[0].sizeGiB", 0)}, wantErrors: []string{
		"spec.machine.bootVolume.sizeGiB: should be greater than or equal to 1",
		"spec.machine.extraVolumes[0].sizeGiB: should be greater than or equal to 1"}},
	{desc: "volumes that are too large", mutate: []edit{set("spec.machine.bootVolume.sizeGiB", 65537), set("spec.machine.extraVolumes[0].sizeGiB", 65537)}, wantErrors: []string{
		"spec.machine.bootVolume.sizeGiB: should be less than or equal to 65536",
		"spec.machine.extraVolumes[0].sizeGiB: should be less than or equal to 65536"}},
	{desc: "volume that is not mounted", mutate: []edit{unset("spec.machine.extraVolumes[0].mountPath")}},
	{desc: "volume mounted at an empty path", mutate: []edit{set("spec.machine.extraVolumes[0].mountPath", "")}},
	{desc: "volume mounted at a relative path", mutate: []edit{set("spec.machine.extraVolumes[0].mountPath", "data")}, wantErrors: []string{
		"spec.machine.extraVolumes[0].mountPath: mountPath must be an absolute path"}},
	{desc: "port without security groups", mutate: []edit{set("spec.machine.securityGroups[0].ids", []any{})}, wantErrors: []string{
		"spec.machine.securityGroups[0].ids: should have at least 1 items"}},
	{desc: "security groups of one subnet twice", mutate: []edit{set("spec.machine.securityGroups[1]", fields{"subnetID": "subnet-1", "ids": []any{"a"}})}, wantErrors: []string{
		`spec.machine.securityGroups[1]: Duplicate value: {"subnetID":"subnet-1"}`}},
	{desc: "network without an id", mutate: []edit{set("spec.machine.networks", []any{fields{"subnetID": "a"}})}, wantErrors: []string{
		"spec.machine.networks[0].networkID: Required value"}},
}

const (
	nameOfPool        = "metadata: metadata.name must be at most 120 lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	clusterOfPool     = "spec.clusterName: clusterName must be the name of a Cluster: lower-case letters, digits and hyphens"
	poolNameImmutable = "spec.poolName: spec.poolName is immutable; create a new NodePool under another name"
	roleOfPool        = "spec.role: role must not be master or control-plane: the control plane is part of the Cluster, not a node pool"
	outOfBounds       = "spec.replicas: replicas must lie between minReplicas and maxReplicas while autoscaling is enabled"
	minAboveMax       = "spec.autoscaling.minReplicas: minReplicas must not be greater than maxReplicas"
)
