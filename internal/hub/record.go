package hub

import (
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Record is one Cluster or NodePool with all that answers about it show, as of one moment. It is immutable: a change makes a
// new Record.
type Record struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// ID is the object's id: its label fleetv1.LabelID, else its UID, which is what the label will be.
	ID types.UID
	// Name is metadata.name of a Cluster, the pool name of a NodePool.
	Name string
	// Object is the object's metadata. ManagedFields are left out.
	Object *metav1.ObjectMeta
	// Cluster is set for Clusters, NodePool for NodePools.
	Cluster  *fleetv1.Cluster
	NodePool *fleetv1.NodePool
	// Owner is the id of a NodePool's Cluster; empty for Clusters, and for pools whose Cluster does not exist.
	Owner types.UID
	// Conditions are Ready and Available, then one per adapter by type. They are those of the status, or, where these are
	// missing or belong to another generation, what the reports known to the index make of them. None is Unknown.
	Conditions []Condition
	// Reports are the AdapterStatuses that count for the object, newest first by creation, then by adapter.
	Reports []*fleetv1.AdapterStatus

	encodings [encodingSlots]atomic.Pointer[[]byte]
}

// Condition is a condition with the times that REST clients see and a metav1.Condition has not.
type Condition struct {
	metav1.Condition
	// Created is when the condition first was: with the object, or with the adapter's first report.
	Created metav1.MicroTime
	// Updated is when an adapter that it depends on last reported.
	Updated metav1.MicroTime
	// Transitioned is when the status last changed; more precise than LastTransitionTime where a report knows it.
	Transitioned metav1.MicroTime
}

// Encoding is a slot for the encoded form of a Record; each dialect has its own.
type Encoding int

// The slots.
const (
	EncodingHyperFleet Encoding = iota
	encodingSlots
)

// Encoded returns the Record in an encoded form, made once and kept with it. encode must be pure; the bytes are shared.
func (r *Record) Encoded(slot Encoding, encode func(*Record) []byte) []byte {
	if kept := r.encodings[slot].Load(); kept != nil {
		return *kept
	}
	made := encode(r)
	r.encodings[slot].Store(&made)
	return made
}

// Parameters returns spec.parameters as JSON; nil if unset.
func (r *Record) Parameters() []byte {
	parameters := r.parameters()
	if parameters == nil {
		return nil
	}
	return parameters.Raw
}

func (r *Record) parameters() *runtime.RawExtension {
	if r.NodePool != nil {
		return r.NodePool.Spec.Parameters
	}
	return r.Cluster.Spec.Parameters
}
