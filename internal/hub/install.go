package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// InstallAddon creates an Addon in one write, with all that the controller would put on it, and makes sure that its Cluster is not
// being deleted meanwhile.
func (s *Store) InstallAddon(ctx context.Context, caller Caller, wish NewAddon) (*Addon, error) {
	owner, err := s.Memory.Get(ctx, caller.Namespace, wish.Cluster)
	if err != nil {
		return nil, err
	}
	if owner.Object.DeletionTimestamp != nil {
		return nil, clusterDeleting()
	}
	if err := s.instanceFree(ctx, owner, wish.Instance); err != nil {
		return nil, err
	}
	birth, err := s.newAddon(ctx, caller, owner, wish)
	if err != nil {
		return nil, err
	}
	if err := s.bear(ctx, birth); err != nil {
		return nil, ruled(err)
	}
	s.Memory.Apply(birth.addon)
	return s.Memory.Addon(ctx, caller.Namespace, Ref{Kind: fleetv1.KindAddon, ID: idOf(birth.addon)})
}

// instanceFree refuses an instance name that is taken on a Cluster. What is said to be there is looked at: another replica may
// have told the caller that it is gone.
func (s *Store) instanceFree(ctx context.Context, owner *Record, instance string) error {
	ref := Ref{Kind: fleetv1.KindAddon, Name: instance, Cluster: ptr(byID(owner))}
	for range attempts {
		namesake, err := s.Memory.Addon(ctx, owner.Object.Namespace, ref)
		if err != nil {
			return ignoreNotFound(err)
		}
		fresh, err := s.addon(ctx, namesake.Object)
		switch {
		case ReasonOf(err) == NotFound:
			s.Memory.Remove(namesake.Object)
		case err != nil:
			return err
		case s.retried(ctx, fresh):
			return nil
		default:
			return nameTaken()
		}
	}
	return nameTaken()
}

func ignoreNotFound(err error) error {
	if ReasonOf(err) == NotFound {
		return nil
	}
	return err
}

// birth is an add-on on its way in.
type birth struct {
	caller Caller
	owner  *Record
	addon  *fleetv1.Addon
	// hidden are its writeOnly params.
	hidden map[string]any
	// secret is where they are kept.
	secret *corev1.Secret
}

// newAddon returns the add-on that is wished for.
func (s *Store) newAddon(ctx context.Context, caller Caller, owner *Record, wish NewAddon) (*birth, error) {
	version, err := catalogued(ctx, s, wish.Template, func(template *fleetv1.AddonTemplate) (*fleetv1.AddonVersion, error) {
		return pick(template, wish.Version, owner.Cluster)
	})
	if err != nil {
		return nil, err
	}
	given, err := check(version, wish.Params, beside{})
	if err != nil {
		return nil, err
	}
	addon := &fleetv1.Addon{ObjectMeta: newborn(ctx, caller, wish.Instance, nil, fleetv1.AddonFinalizer)}
	addon.Labels[fleetv1.LabelInstance] = wish.Instance
	addon.OwnerReferences = ownedBy(owner.Kind, owner.Object)
	addon.Spec = fleetv1.AddonSpec{
		ClusterName: owner.Object.Name, TemplateName: wish.Template, Version: version.Version, Params: given.visible,
		UpgradePolicy: fleetv1.UpgradeManual, Extensions: wish.Extensions,
		Operation: &fleetv1.OperationRequest{ID: string(uuid.NewUUID()), Type: fleetv1.OperationAddonInstall, Generation: 1},
	}
	return &birth{caller: caller, owner: owner, addon: addon, hidden: given.secret}, nil
}

// bear creates an add-on under its plain name or, where that is the name of another one, under a second name that follows from
// Cluster and instance. So there are only two names under which an instance can be, and of two replicas that install it at the
// same time one is refused.
func (s *Store) bear(ctx context.Context, b *birth) error {
	plain := b.addon.DeepCopy()
	taken, err := s.settleIn(ctx, b)
	if ReasonOf(err) == AlreadyExists && taken.Name != "" && !sameInstance(taken, plain) {
		b.addon = plain.DeepCopy()
		b.addon.Name = secondName(plain)
		_, err = s.settleIn(ctx, b)
	}
	if err != nil {
		return err
	}
	if err := s.confirmed(ctx, b); err != nil {
		s.abandonSecret(ctx, b.secret, err)
		return err
	}
	return nil
}

// settleIn creates an add-on, and the Secret that it names before it. taken is what has its name.
func (s *Store) settleIn(ctx context.Context, b *birth) (taken *fleetv1.Addon, err error) {
	taken, b.secret = &fleetv1.Addon{}, nil
	if len(b.hidden) > 0 {
		// The Secret goes with the Cluster until the controller gives it to the add-on.
		if b.secret, err = s.keepSecret(ctx, b.addon, ownedBy(b.owner.Kind, b.owner.Object), b.hidden); err != nil {
			return taken, err
		}
		b.addon.Spec.ValuesFrom = hidden{at: -1}.naming(nil, b.secret)
	}
	err = s.create(ctx, b.addon, taken)
	if err == nil && taken.Name != "" {
		// An earlier attempt of the same request created it, with a Secret of its own.
		s.abandonSecret(ctx, b.secret, nameTaken())
		b.secret = nil
		return taken, nil
	}
	s.abandonSecret(ctx, b.secret, err)
	return taken, err
}

// secondNameStem is how much of an instance name a second name holds: names of Addons end at 53 characters, like those of Helm
// releases.
const secondNameStem = 44

// secondName is the name of an add-on whose instance name is that of another Addon.
func secondName(addon *fleetv1.Addon) string {
	instance := addon.InstanceName()
	digest := sha256.Sum256([]byte(addon.Spec.ClusterName + "/" + instance))
	stem := strings.TrimRight(instance[:min(len(instance), secondNameStem)], "-")
	return stem + "-" + hex.EncodeToString(digest[:4])
}

// sameInstance tells whether two add-ons are one for whoever knows them by Cluster and instance name.
func sameInstance(a, b *fleetv1.Addon) bool {
	return a.Spec.ClusterName == b.Spec.ClusterName && a.InstanceName() == b.InstanceName()
}

// confirmed makes sure that a new add-on may be: that its Cluster is not being deleted, and that it is the only one of its
// instance. One that may not is removed.
func (s *Store) confirmed(ctx context.Context, b *birth) error {
	if err := s.confirmSole(ctx, b); err != nil {
		return err
	}
	return s.confirmOwner(ctx, b.owner, func(*metav1.Time) error { return s.deleteAddon(ctx, b.caller, b.addon) })
}

// confirmSole looks under the other name that the instance can have. There is one only if the plain name was another add-on's for
// a while: one replica came before that went, and another one after. Who looks after creating finds what was created before; so
// of two at most one stays, and of two at the same moment maybe none.
func (s *Store) confirmSole(ctx context.Context, b *birth) error {
	other := b.addon.InstanceName()
	if b.addon.Name == other {
		other = secondName(b.addon)
	}
	rival := &fleetv1.Addon{}
	err := s.Client.Get(ctx, client.ObjectKey{Namespace: b.addon.Namespace, Name: other}, rival)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fault(err)
	case !sameInstance(rival, b.addon):
		return nil
	}
	if err := s.deleteAddon(ctx, b.caller, b.addon); err != nil {
		return err
	}
	return nameTaken()
}
