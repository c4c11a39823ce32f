package hub

import (
	"context"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
)

// Addon is one add-on with all that answers about it show, as of one moment. It is shared: nobody may change it.
type Addon struct {
	// ID is the object's id: its label fleetv1.LabelID, else its UID, which is what the label will be.
	ID types.UID
	// Instance is the name of its release on the cluster, by which REST clients know it.
	Instance string
	// Object is the Addon. ManagedFields are left out.
	Object *fleetv1.Addon
	// Cluster is the Cluster that it is on.
	Cluster *Record
	// Template is the catalogue entry that it was made from; nil if that is gone.
	Template *fleetv1.AddonTemplate
	// Phase is where it is on its way; of one that is being deleted, Undeleted is where it would be without that.
	Phase, Undeleted phase.Phase
	// Targets are the versions above the wished one that its cluster allows, ascending.
	Targets []string
	// Previous is the version that a rollback would take it to; empty if there is none.
	Previous string
	// Rollbackable tells that it can be rolled back now: there is a version to go to, which the catalogue still has, and the phase
	// allows it.
	Rollbackable bool
}

// AddonReader reads add-ons and the catalogue from memory.
type AddonReader interface {
	// Addon returns one add-on. The reference is of fleetv1.KindAddon; its Name is the instance name and means something only with a
	// Cluster. Errors: NotFound (there is none, or not on that Cluster).
	Addon(ctx context.Context, namespace string, ref Ref) (*Addon, error)
	// Addons returns the add-ons of a Cluster in the order of their creation, then of their instance names. Errors: NotFound (the
	// Cluster).
	Addons(ctx context.Context, namespace string, cluster Ref) ([]*Addon, error)
	// Template returns a catalogue entry. Errors: NotFound.
	Template(ctx context.Context, name string) (*fleetv1.AddonTemplate, error)
	// Templates returns the catalogue in the order of creation, then of names.
	Templates(ctx context.Context) ([]*fleetv1.AddonTemplate, error)
	// KubernetesVersions returns the versions that the Platform of new Clusters in the namespace allows, as it lists them; nil if
	// there is no such Platform or it lists none.
	KubernetesVersions(ctx context.Context, namespace string) ([]string, error)
}

// AddonWriter writes add-ons, and returns them as reads of this replica show them from then on. Every accepted write moves the
// generation, also one that asks for what is there already: its answer is about a task of its own.
type AddonWriter interface {
	// InstallAddon creates an add-on. Errors: NotFound (the Cluster), AlreadyExists (the instance name is taken on that Cluster),
	// WrongState (the Cluster is being deleted), Invalid (with Rules: template, version, gate, params).
	InstallAddon(ctx context.Context, caller Caller, wish NewAddon) (*Addon, error)
	// ChangeAddon changes version and params. Errors: NotFound, WrongState (it or its Cluster is being deleted), Invalid.
	ChangeAddon(ctx context.Context, caller Caller, ref Ref, change AddonChange) (*Addon, error)
	// RollbackAddon takes an add-on back to its previous version, with the params that this version was last deployed with.
	// Errors: NotFound, WrongState (it cannot be rolled back now).
	RollbackAddon(ctx context.Context, caller Caller, ref Ref) (*Addon, error)
	// DeleteAddon begins the deletion of an add-on and returns it as it is then. Deleting again changes nothing. Errors: NotFound.
	DeleteAddon(ctx context.Context, caller Caller, ref Ref) (*Addon, error)
}

// AddonHub is what the add-on dialects see.
type AddonHub interface {
	// Get returns a Cluster. Errors: NotFound.
	Get(ctx context.Context, namespace string, ref Ref) (*Record, error)
	AddonReader
	AddonWriter
}

// NewAddon is a wish for an add-on.
type NewAddon struct {
	// Cluster is the Cluster to install on.
	Cluster Ref
	// Template is the catalogue entry.
	Template string
	// Version is one of its versions. Empty for the newest stable one that the cluster allows.
	Version string
	// Instance is the name of the release on the cluster.
	Instance string
	// Params is a JSON object: all params, also those that the schema calls writeOnly. These go into a Secret, the others into
	// spec.params. Nil for none.
	Params []byte
	// Extensions keeps the request as it was sent, minus secrets.
	Extensions *fleetv1.Extensions
}

// AddonChange is a change of an add-on.
type AddonChange struct {
	// Version is the version from then on: the present one, or one of the targets.
	Version string
	// Params replace all params, as a JSON object. A param that the schema calls writeOnly and that is not among them keeps its
	// value.
	Params []byte
	// Extensions replace the kept requests of the dialects that they hold. Those of other dialects stay.
	Extensions *fleetv1.Extensions
}
