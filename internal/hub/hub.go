package hub

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Caller is who asks, as verified by the server.
type Caller struct {
	// Namespace is the tenant. Nothing outside it exists for the caller.
	Namespace string
	// User is the user name.
	User string
	// Email is the e-mail address that the identity carries, or empty.
	Email string
	// RequestID is the id of the request by which the caller asks; empty if there is none.
	RequestID string
	// Adapters are the names of the adapters that the identity is bound to: it reports as no other. Nil for identities that
	// are not bound.
	Adapters []string
}

// Author is how the caller is recorded on what it writes: by its e-mail address, else by its user name.
func (c Caller) Author() string {
	if c.Email != "" {
		return c.Email
	}
	return c.User
}

// updates returns the annotations that say who changed an object, when and by which request.
func (c Caller) updates(now time.Time) map[string]string {
	return c.by(map[string]string{fleetv1.AnnotationUpdatedBy: c.Author(), fleetv1.AnnotationUpdatedTime: stamp(now)})
}

// deletes returns the annotations that say who deleted an object, when and by which request.
func (c Caller) deletes(now time.Time) map[string]string {
	annotations := c.updates(now)
	annotations[fleetv1.AnnotationDeletedBy] = c.Author()
	return annotations
}

// creates returns the annotations that say who created an object, and by which request.
func (c Caller) creates() map[string]string {
	return c.by(map[string]string{fleetv1.AnnotationCreatedBy: c.Author(), fleetv1.AnnotationUpdatedBy: c.Author()})
}

// by adds the request.
func (c Caller) by(annotations map[string]string) map[string]string {
	if c.RequestID != "" {
		annotations[fleetv1.AnnotationRequestID] = c.RequestID
	}
	return annotations
}

// Ref names a Cluster, NodePool or Addon. One of ID and Name is set.
type Ref struct {
	// Kind is fleetv1.KindCluster, fleetv1.KindNodePool or fleetv1.KindAddon.
	Kind string
	// ID is the object's id.
	ID types.UID
	// Name is the object's name as REST clients know it: metadata.name of a Cluster, the pool name of a NodePool, the instance name
	// of an Addon.
	Name string
	// Cluster, for a NodePool or Addon, is the Cluster that must own it, or nil if any may. They are known by Name only below their
	// Cluster.
	Cluster *Ref
}

// Reader reads from memory. Records are shared: nobody may change them.
type Reader interface {
	// Get returns one object. Errors: NotFound.
	Get(ctx context.Context, namespace string, ref Ref) (*Record, error)
	// List returns the objects that the query wants. Errors: NotFound (the Cluster whose pools are listed).
	List(ctx context.Context, namespace string, query Query) (Page, error)
	// Watch returns the changes of the objects that the query wants. Errors: NotFound, Expired.
	Watch(ctx context.Context, namespace string, query WatchQuery) (Stream, error)
}

// Writer writes to the kube-apiserver and waits until the index of this replica shows it.
type Writer interface {
	// CreateCluster creates a Cluster. Errors: AlreadyExists, Invalid.
	CreateCluster(ctx context.Context, caller Caller, wish NewCluster) (*Record, error)
	// CreateNodePool creates a NodePool of a Cluster. Errors: NotFound, AlreadyExists, WrongState (the Cluster is being
	// deleted), Invalid.
	CreateNodePool(ctx context.Context, caller Caller, wish NewNodePool) (*Record, error)
	// Change changes labels or parameters. Errors: NotFound, WrongState (it is being deleted), PreconditionFailed, Invalid.
	Change(ctx context.Context, caller Caller, ref Ref, change Change) (*Record, error)
	// Delete begins the deletion of an object and of its children, and returns the object as it is then. Deleting again changes
	// nothing. Errors: NotFound, PreconditionFailed.
	Delete(ctx context.Context, caller Caller, ref Ref, precondition Precondition) (*Record, error)
	// ForceDelete drops the finalizers of an object that is being deleted, and of its children, and returns when it is gone.
	// Errors: NotFound, WrongState (it is not being deleted).
	ForceDelete(ctx context.Context, caller Caller, ref Ref, reason string) error
	// Report takes the report of an adapter. A nil status says that the report was dropped. Errors: NotFound,
	// Invalid (data or metadata that could not be kept as sent), AdapterNotAllowed, Unavailable (conflicts that would not end).
	Report(ctx context.Context, caller Caller, ref Ref, adapter string, report *fleetv1.Report) (*fleetv1.AdapterStatus, error)
	// Once does a request at most once for its key, on every replica and after a restart, and otherwise returns the answer of
	// the first time; replayed tells which. Only answers without an error are remembered. Errors: KeyReused, those of do.
	Once(ctx context.Context, caller Caller, key RequestKey, do func(context.Context) (Answer, error)) (answer Answer, replayed bool, err error)
}

// Hub is all that handlers see.
type Hub interface {
	Reader
	Writer
	AddonReader
	AddonWriter
	FleetReader
	SecretReader
	TaskWriter
}

// NewCluster is a wish for a Cluster.
type NewCluster struct {
	// Name is its name.
	Name string
	// Labels are the user's labels.
	Labels map[string]string
	// Parameters is a JSON object: spec.parameters.
	Parameters []byte
}

// NewNodePool is a wish for a NodePool.
type NewNodePool struct {
	// Cluster is the Cluster it belongs to.
	Cluster Ref
	// Name is its name in the Cluster.
	Name string
	// Labels are the user's labels.
	Labels map[string]string
	// Parameters is a JSON object: spec.parameters.
	Parameters []byte
}

// Change is a change of an object. What is nil stays.
type Change struct {
	Precondition
	// Labels replace the user's labels; labels of our own domain stay.
	Labels *map[string]string
	// Parameters replace spec.parameters: a JSON object.
	Parameters []byte
}

// Precondition is what must hold for a write to happen.
type Precondition struct {
	// ResourceVersions are those of which the stored object must have one. Nil for any.
	ResourceVersions []string
}

// RequestKey identifies a request that is to be done at most once.
type RequestKey struct {
	// Path is the path of the request, without the server's mount. Caller and path are part of the key.
	Path string
	// Key is what the client sent.
	Key string
	// Body is the request's body in a form in which equal requests are equal bytes.
	Body []byte
}

// Answer is an answer as it was given: enough to give it again, byte for byte.
type Answer struct {
	// Header holds the headers that belong to the answer, by canonical name.
	Header map[string]string `json:"header,omitempty"`
	// Body is the body.
	Body []byte `json:"body"`
}
