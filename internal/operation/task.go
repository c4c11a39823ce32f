package operation

import (
	"strconv"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// tasks are the types of the tasks on a kind: those that every object has, and by the part of the spec that a change is about.
type tasks struct {
	create, update, remove string
	of                     map[string]string
}

var tasksOn = map[string]tasks{
	fleetv1.KindCluster: {
		create: fleetv1.OperationClusterCreate, update: fleetv1.OperationClusterUpdate, remove: fleetv1.OperationClusterDelete,
		of: map[string]string{
			partVersion: fleetv1.OperationPoolUpgrade, partCNI: fleetv1.OperationClusterCNI, partAccess: fleetv1.OperationClusterAccess,
			partCertificates: fleetv1.OperationClusterCertificates, partGateways: fleetv1.OperationClusterGateways,
		},
	},
	fleetv1.KindNodePool: {
		create: fleetv1.OperationPoolCreate, update: fleetv1.OperationPoolUpdate, remove: fleetv1.OperationPoolDelete,
		of: map[string]string{
			partVersion: fleetv1.OperationPoolUpgrade, partSize: fleetv1.OperationPoolResize, partStopped: fleetv1.OperationPoolStop,
			partAutoscaling: fleetv1.OperationPoolAutoscaling, partScript: fleetv1.OperationPoolScript, partFlavor: fleetv1.OperationPoolFlavor,
		},
	},
	fleetv1.KindAddon: {
		create: fleetv1.OperationAddonInstall, update: fleetv1.OperationAddonUpgrade, remove: fleetv1.OperationAddonDelete,
	},
}

// Change returns the type of the task that a change of an object's fingerprint is, empty if nothing that counts has changed. A
// change of several parts at once is an update.
func Change(kind string, before, after map[string]string) string {
	on := tasksOn[kind]
	var changed, minor []string
	for part := range merged(before, after) {
		switch {
		case before[part] == after[part]:
		case part == partRollout || part == partDocuments:
			minor = append(minor, part)
		default:
			changed = append(changed, part)
		}
	}
	switch {
	case len(changed) == 0 && len(minor) == 0:
		return ""
	case len(changed) != 1 || on.of[changed[0]] == "":
		return on.update
	case changed[0] == partStopped && count(after[partStopped]) < count(before[partStopped]):
		return fleetv1.OperationPoolStart
	}
	return on.of[changed[0]]
}

// merged returns all parts that either knows.
func merged(a, b map[string]string) map[string]bool {
	parts := map[string]bool{}
	for _, side := range []map[string]string{a, b} {
		for part := range side {
			parts[part] = true
		}
	}
	return parts
}

// count returns how many nodes the digest of a list says are stopped.
func count(stopped string) int {
	number, _, _ := strings.Cut(stopped, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0 // from a record that knew no such part
	}
	return n
}

// removes tells whether a type is the deletion of its target.
func removes(task string) bool {
	for _, on := range tasksOn {
		if task == on.remove {
			return true
		}
	}
	return false
}

// IsTask tells whether a type is one that Slipway gives. Others come of what clients asked to be recorded.
func IsTask(task string) bool {
	for _, on := range tasksOn {
		if task == on.create || task == on.update || task == on.remove || task == fleetv1.OperationPoolStart {
			return true
		}
		for _, of := range on.of {
			if task == of {
				return true
			}
		}
	}
	return task == fleetv1.OperationForceDelete || task == fleetv1.OperationAddonRollback
}
