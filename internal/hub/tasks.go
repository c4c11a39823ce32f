package hub

import (
	"context"
	"crypto/x509"
	"time"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Fleet is a Cluster with its NodePools, as of one moment. It is shared: nobody may change it.
type Fleet struct {
	// Cluster is the Cluster.
	Cluster *Record
	// Pools are its NodePools in the order of their creation, then of their names.
	Pools []*Record
	// Platform is the one that governs the Cluster; nil if there is none.
	Platform *fleetv1.Platform
}

// FleetReader reads Clusters with all that belongs to them, and their history, from memory.
type FleetReader interface {
	// Fleet returns a Cluster with its NodePools. Errors: NotFound.
	Fleet(ctx context.Context, namespace string, cluster Ref) (*Fleet, error)
	// Fleets returns all Clusters of a namespace with their NodePools, in the order of creation, then of ids.
	Fleets(ctx context.Context, namespace string) ([]*Fleet, error)
	// Operations returns the records about a Cluster and its NodePools by their sequence, ascending, also after the Cluster is gone.
	// Those about Addons and forced deletions are left out. None is no error.
	Operations(ctx context.Context, namespace string, cluster types.UID) ([]*fleetv1.Operation, error)
	// Platform returns the Platform of new Clusters in the namespace; nil if there is none.
	Platform(ctx context.Context, namespace string) (*fleetv1.Platform, error)
}

// SecretReader reads what may be given to clients that have a right of their own for it. It reads from the kube-apiserver, not from
// memory, and never a Secret that is neither named by the platform nor made by the hub (fleetv1.LabelKept).
type SecretReader interface {
	// Kubeconfig returns the kubeconfig of a Cluster. Errors: NotFound (the Cluster), WrongState (there is none yet).
	Kubeconfig(ctx context.Context, caller Caller, cluster Ref) ([]byte, error)
	// Authority returns the certificate of a Cluster's certificate authority, in PEM. Errors: NotFound (the Cluster), WrongState (it
	// is not known yet).
	Authority(ctx context.Context, caller Caller, cluster Ref) ([]byte, error)
	// Sign signs a request for a client certificate, with the subject that it asks for, and returns the certificate in PEM. The
	// validity is the Cluster's certificates.validityYears. Errors: NotFound (the Cluster), WrongState (its authority's key is not
	// on this management cluster).
	Sign(ctx context.Context, caller Caller, cluster Ref, request *x509.CertificateRequest) ([]byte, error)
	// Kept returns what the Secret of that name holds, if the hub made it and it belongs to the object. What is gone is nil without an
	// error. Errors: NotFound (the object).
	Kept(ctx context.Context, caller Caller, ref Ref, secret string) (map[string][]byte, error)
}

// TaskWriter makes changes that take time, one task per Cluster at a time, and returns the Cluster as reads of this replica show it
// from then on. How the one task is held is in docs/design/015-one-task-at-a-time.md; whoever changes objects in other ways neither
// waits nor is waited for. Every accepted task moves the generation of each object that it is about, also where nothing else changes.
//
// Errors of all: NotFound, Busy (another task ran for as long as the caller was ready to wait), WrongState (the object, or its Cluster,
// is being deleted), Invalid (admission, or the Platform, refuses), Unavailable, and what a Plan returns.
type TaskWriter interface {
	// Provision creates a Cluster with its first NodePool, if there is one. If the NodePool cannot be created, the Cluster is deleted
	// again. Errors: AlreadyExists too.
	Provision(ctx context.Context, caller Caller, wish NewFleet) (*Fleet, error)
	// AddNodePool creates a NodePool of a Cluster. Errors: AlreadyExists too.
	AddNodePool(ctx context.Context, caller Caller, cluster Ref, wish NewPool) (*Fleet, error)
	// Perform changes the specs of a Cluster and its NodePools.
	Perform(ctx context.Context, caller Caller, cluster Ref, task Task) (*Fleet, error)
	// Remove begins the deletion of a Cluster or NodePool. Deleting again is accepted and changes nothing. The deletion of a Cluster
	// waits for no task, that of a NodePool not for one that is about that NodePool only.
	Remove(ctx context.Context, caller Caller, ref Ref, wait time.Duration) error
}

// FleetHub is what a dialect sees that manages clusters by tasks.
type FleetHub interface {
	FleetReader
	SecretReader
	TaskWriter
}

// NewFleet is a wish for a Cluster with its first NodePool.
type NewFleet struct {
	// Name is the Cluster's name.
	Name string
	// Spec is its spec; the hub sets the Platform and the request for the Operation.
	Spec fleetv1.ClusterSpec
	// Secrets are made for the Cluster.
	Secrets []NewSecret
	// Pool is the first NodePool; nil for none.
	Pool *NewPool
}

// NewPool is a wish for a NodePool.
type NewPool struct {
	// Name is its pool name.
	Name string
	// Spec is its spec; the hub sets the names of Cluster and pool and the request for the Operation.
	Spec fleetv1.NodePoolSpec
	// Secrets are made for the NodePool.
	Secrets []NewSecret
	// Wait is how long to wait for a task that runs.
	Wait time.Duration
}

// NewSecret is a Secret to make before the object that names it. It is immutable, carries fleetv1.LabelKept and goes with the object.
type NewSecret struct {
	// Name is its name. It must contain a digest of the content: a Secret of the hub's that has the name is taken for the same.
	Name string
	// Data is what it holds.
	Data map[string][]byte
}

// Task is a change of specs.
type Task struct {
	// Type is the type of the Operations, for example fleetv1.OperationPoolResize.
	Type string
	// Wait is how long to wait for a task that runs.
	Wait time.Duration
	// Aside tells that this is no task: it neither waits nor is waited for.
	Aside bool
	// Plan changes the draft. It is called again with a fresh draft when somebody else changed an object meanwhile, so it must have no
	// effect but on the draft. What it returns as an error is returned as it is.
	Plan func(ctx context.Context, draft *Draft) error
}

// Draft is a Cluster with its NodePools as they are live, to change.
type Draft struct {
	// Cluster and Pools are copies. Only specs count; whoever changes one calls Touch for it.
	Cluster *fleetv1.Cluster
	// Pools are in the order of creation. Those that are being deleted are among them.
	Pools []*fleetv1.NodePool
	// Platform is the one that governs the Cluster; nil if there is none. It is shared.
	Platform *fleetv1.Platform
	// Kept reads a Secret of the hub's that belongs to one of the objects, as SecretReader.Kept does.
	Kept func(ctx context.Context, secret string) (map[string][]byte, error)

	touched []Touched
}

// Touched is an object that a task is about.
type Touched struct {
	// Cluster or Pool is the object.
	Cluster *fleetv1.Cluster
	Pool    *fleetv1.NodePool
	// Secrets are made for it before it is written.
	Secrets []NewSecret
}

// TouchCluster marks the Cluster as one that the task is about. It is written first, then the pools in the order of the marks.
func (d *Draft) TouchCluster(secrets ...NewSecret) {
	d.touched = append(d.touched, Touched{Cluster: d.Cluster, Secrets: secrets})
}

// TouchPool marks a NodePool of the draft as one that the task is about.
func (d *Draft) TouchPool(pool *fleetv1.NodePool, secrets ...NewSecret) {
	d.touched = append(d.touched, Touched{Pool: pool, Secrets: secrets})
}

// Touched returns what was marked, in order.
func (d *Draft) Touched() []Touched { return d.touched }

// Pool returns the NodePool of that id or pool name, or nil.
func (d *Draft) Pool(ref Ref) *fleetv1.NodePool {
	for _, pool := range d.Pools {
		if ref.ID != "" && idOf(pool) == ref.ID || ref.ID == "" && pool.Pool() == ref.Name {
			return pool
		}
	}
	return nil
}
