package operation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// The parts of a spec that types of tasks are told apart by.
const (
	partVersion      = "version"
	partCNI          = "cni"
	partAccess       = "access"
	partCertificates = "certificates"
	partGateways     = "gateways"
	partSize         = "size"
	partStopped      = "stopped"
	partAutoscaling  = "autoscaling"
	partScript       = "script"
	partFlavor       = "flavor"
	// partRollout and partDocuments change along with others, which then say what the change is.
	partRollout   = "rollout"
	partDocuments = "documents"
	// partRest is all else.
	partRest = "rest"
)

// Fingerprint returns, for each part of the object's spec, a digest of what it is. What a REST client asked to be recorded is no
// part of it, nor is the Platform: Slipway chooses that where nobody does, which is no task.
func Fingerprint(object Object) map[string]string {
	switch typed := object.(type) {
	case *fleetv1.Cluster:
		return ofCluster(*typed.Spec.DeepCopy())
	case *fleetv1.NodePool:
		return ofPool(*typed.Spec.DeepCopy())
	case *fleetv1.Addon:
		spec := *typed.Spec.DeepCopy()
		documents := spec.Extensions
		spec.Extensions, spec.Operation = nil, nil
		return map[string]string{partDocuments: digest(documents), partRest: digest(spec)}
	}
	return nil
}

// ofCluster takes a copy of a spec apart.
func ofCluster(spec fleetv1.ClusterSpec) map[string]string {
	network, endpoint := spec.Network, spec.APIEndpoint
	if network == nil {
		network = &fleetv1.ClusterNetwork{}
	}
	if endpoint == nil {
		endpoint = &fleetv1.APIEndpoint{}
	}
	parts := map[string]string{
		partVersion:      digest(spec.KubernetesVersion),
		partCNI:          digest([]any{network.CNI, network.PodCIDR, network.PodSubnetPrefix}),
		partAccess:       digest(endpoint.AccessControl),
		partCertificates: digest(spec.Certificates),
		partGateways:     digest(spec.ServiceGateways),
		partRollout:      digest(spec.Rollout),
		partDocuments:    digest(spec.Extensions),
	}
	network.CNI, network.PodCIDR, network.PodSubnetPrefix = "", "", nil
	endpoint.AccessControl = nil
	spec.Network, spec.APIEndpoint = network, endpoint
	spec.KubernetesVersion, spec.PlatformName = "", ""
	spec.Certificates, spec.ServiceGateways, spec.Rollout, spec.Extensions, spec.Operation = nil, nil, nil, nil, nil
	parts[partRest] = digest(spec)
	return parts
}

// ofPool takes a copy of a spec apart.
func ofPool(spec fleetv1.NodePoolSpec) map[string]string {
	machine := spec.Machine
	if machine == nil {
		machine = &fleetv1.Machine{}
	}
	parts := map[string]string{
		partSize: digest([]any{spec.Replicas, slices.Sorted(slices.Values(spec.NodesToRemove))}),
		// The count tells in which direction the list changed.
		partStopped:     strconv.Itoa(len(spec.StoppedNodes)) + ":" + digest(slices.Sorted(slices.Values(spec.StoppedNodes))),
		partAutoscaling: digest(spec.Autoscaling),
		partVersion:     digest(spec.KubernetesVersion),
		partScript:      digest(spec.UserScriptSecretName),
		partFlavor:      digest(machine.Flavor),
		partRollout:     digest(spec.Rollout),
		partDocuments:   digest(spec.Extensions),
	}
	machine.Flavor = ""
	spec.Machine = machine
	spec.Replicas, spec.NodesToRemove, spec.StoppedNodes, spec.Autoscaling = nil, nil, nil, nil
	spec.KubernetesVersion, spec.UserScriptSecretName = "", ""
	spec.Rollout, spec.Extensions, spec.Operation = nil, nil, nil
	parts[partRest] = digest(spec)
	return parts
}

// digest returns a short digest of a value's JSON.
func digest(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		// Specs come from JSON. What a client made up in memory and cannot be written down differs from all that can.
		return "unreadable"
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}
