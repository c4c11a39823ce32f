package adapter

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Adapter does something about Clusters and NodePools.
type Adapter interface {
	// Reconcile makes the world as the target wishes, or takes away what was made when target.Deleting(), and reports what
	// came of it. It is called again and again, with one target never twice at a time. An error is for what may pass by
	// itself; use Terminal for what cannot. What takes long is begun, reported as not yet available, and looked at again
	// after Report.RequeueAfter.
	Reconcile(ctx context.Context, target Target) (Report, error)
}

// Target is what an adapter is asked to act on. All objects are copies that the adapter may keep and must not write.
type Target struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Cluster is the target, or the Cluster that the target belongs to.
	Cluster *fleetv1.Cluster
	// NodePool is the target if it is a NodePool, else nil.
	NodePool *fleetv1.NodePool
	// NodePools are all node pools of the Cluster, the target included.
	NodePools []fleetv1.NodePool
	// Platform governs the Cluster. It is nil if it was deleted, which can be only while the target is being deleted.
	Platform *fleetv1.Platform
}

// Object returns the target itself.
func (t Target) Object() client.Object {
	if t.Kind == fleetv1.KindNodePool {
		return t.NodePool
	}
	return t.Cluster
}

// Generation returns the generation that the adapter is shown and its report will be about.
func (t Target) Generation() int64 { return t.Object().GetGeneration() }

// Deleting tells whether what the adapter made for the target has to go.
func (t Target) Deleting() bool { return !t.Object().GetDeletionTimestamp().IsZero() }

// Ref returns the reference by which reports name the target.
func (t Target) Ref() fleetv1.TargetRef {
	object := t.Object()
	return fleetv1.TargetRef{Kind: t.Kind, Name: object.GetName(), UID: object.GetUID()}
}

// Report is what came of it. The zero value says that nothing is known.
type Report struct {
	// Available says whether the adapter's part works. Only True and False count; Unknown is for "cannot tell".
	Available Finding
	// Applied says whether what the adapter wants is written down where it belongs. Left out, it is taken from Available.
	Applied Finding
	// Health says whether the adapter itself works. Left out, it is True.
	Health Finding
	// Finalized says that a deletion has been carried out and nothing is left. It is ignored while the target is not deleted.
	Finalized bool
	// Stalled, if it is not empty, says why the adapter cannot go on before somebody changes something, and what to change.
	Stalled string
	// Further are findings of other types.
	Further []fleetv1.ReportCondition
	// Cluster are facts about a Cluster, NodePool facts about a NodePool. Left out, those last given stand: an adapter that
	// cannot look just now need not remember. To take facts back, give empty ones.
	Cluster  *fleetv1.ClusterFacts
	NodePool *fleetv1.NodePoolFacts
	// Data and Metadata are the adapter's own records; each must be nil or become an object in JSON.
	Data, Metadata any
	// RequeueAfter, if it is not zero, is when to call again. The heartbeat may do so earlier.
	RequeueAfter time.Duration
}

// Finding is one thing that an adapter found out. The zero value says Unknown.
type Finding struct {
	// Status is True, False or Unknown.
	Status metav1.ConditionStatus
	// Reason is a word for the cause in CamelCase, Message the cause for a person to read. Neither may change while the
	// cause is the same: no times, no counters, no random order.
	Reason, Message string
}

// True is a finding that something is so.
func True(reason, message string) Finding {
	return Finding{Status: metav1.ConditionTrue, Reason: reason, Message: message}
}

// False is a finding that something is not so.
func False(reason, message string) Finding {
	return Finding{Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

// Unknown is a finding that it cannot be told.
func Unknown(reason, message string) Finding {
	return Finding{Status: metav1.ConditionUnknown, Reason: reason, Message: message}
}
