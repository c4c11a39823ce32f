package document

import (
	"cmp"
	"strconv"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// scene is what labels are about: a cluster, and one of its node groups.
type scene struct {
	cluster *fleetv1.Cluster
	// pool is the node group; the default-worker for labels of the cluster. Nil for none.
	pool *fleetv1.NodePoolSpec
	// group tells that the labels are those of the node group.
	group bool
	// limit is how many nodes a group may have.
	limit int32
}

// sceneOf is the scene of a cluster's labels, or, with a node group, of that group's.
func sceneOf(fleet *hub.Fleet, pool *hub.Record) scene {
	s := scene{cluster: fleet.Cluster.Cluster, limit: bounds.Nodes(fleet.Platform), group: pool != nil}
	if pool == nil {
		pool = DefaultWorker(fleet)
	}
	if pool != nil {
		s.pool = &pool.NodePool.Spec
	}
	return s
}

func (s scene) network() *fleetv1.ClusterNetwork { return networkOf(s.cluster) }

func (s scene) machine() *fleetv1.Machine {
	if s.pool == nil || s.pool.Machine == nil {
		return &fleetv1.Machine{}
	}
	return s.pool.Machine
}

func (s scene) bootVolume() *fleetv1.Volume {
	if volume := s.machine().BootVolume; volume != nil {
		return volume
	}
	return &fleetv1.Volume{}
}

// bootEncryption is the encryption of the disk that nodes start from.
func (s scene) bootEncryption() *fleetv1.VolumeEncryption {
	if of := s.bootVolume().Encryption; of != nil {
		return of
	}
	return &fleetv1.VolumeEncryption{}
}

func (s scene) scaling() *fleetv1.Autoscaling {
	if s.pool == nil || s.pool.Autoscaling == nil {
		return &fleetv1.Autoscaling{}
	}
	return s.pool.Autoscaling
}

func (s scene) scaleDown() *fleetv1.ScaleDown {
	if down := s.scaling().ScaleDown; down != nil {
		return down
	}
	return &fleetv1.ScaleDown{}
}

func (s scene) gateways() *fleetv1.ServiceGateways {
	if gateways := s.cluster.Spec.ServiceGateways; gateways != nil {
		return gateways
	}
	return &fleetv1.ServiceGateways{}
}

// version is that of the node group, or of the control plane.
func (s scene) version() string {
	if s.group && s.pool.KubernetesVersion != "" {
		return s.pool.KubernetesVersion
	}
	return controlPlaneVersion(s.cluster)
}

// controlPlaneVersion is the version that the control plane is to run; empty if nobody knows.
func controlPlaneVersion(cluster *fleetv1.Cluster) string {
	return cmp.Or(cluster.Spec.KubernetesVersion, cluster.Status.KubernetesVersion)
}

// kind is how a value of a label is written.
type kind int

const (
	isText kind = iota
	isInteger
	isBoolean
)

// label is a label that one typed field stands behind.
type label struct {
	kind kind
	// is is the text of the typed field as the dialect writes it; empty if it is not set.
	is func(scene) string
	// otherwise is what a field that is not set means; nil for nothing.
	otherwise func(scene) string
}

// now is the text of what is in effect.
func (l label) now(s scene) string { return cmp.Or(l.is(s), l.fallback(s)) }

func (l label) fallback(s scene) string {
	if l.otherwise == nil {
		return ""
	}
	return l.otherwise(s)
}

// means is the text, as the dialect writes it, of what a client sent; false if it is of no use.
func (l label) means(s scene, sent any) (string, bool) {
	if sent == "" {
		return l.fallback(s), true
	}
	switch l.kind {
	case isInteger:
		number, ok := fields.ParseInteger(sent)
		return strconv.FormatInt(number, 10), ok
	case isBoolean:
		truth, ok := fields.ParseBool(sent)
		return booleanText(truth), ok
	}
	text, ok := sent.(string)
	return text, ok
}

func booleanText(truth bool) string {
	if truth {
		return "True"
	}
	return "False"
}

func numberText(number *int32) string {
	if number == nil {
		return ""
	}
	return strconv.Itoa(int(*number))
}

// constant is a text that depends on nothing.
func constant(text string) func(scene) string { return func(scene) string { return text } }

// attachments are one side of further networks.
func attachments(s scene, side func(fleetv1.NetworkAttachment) string) string {
	var ids []string
	for _, attachment := range s.machine().Networks {
		ids = append(ids, side(attachment))
	}
	return strings.Join(ids, colon)
}
