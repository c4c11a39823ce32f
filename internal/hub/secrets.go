package hub

import (
	"context"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Kubeconfig implements SecretReader. What a tenant left there for an imported cluster is given back as it is; that it is a
// kubeconfig is all that is asked of it, so that a Cluster that names any other Secret reveals nothing.
func (s *Store) Kubeconfig(ctx context.Context, caller Caller, cluster Ref) ([]byte, error) {
	record, err := s.clusterOfCaller(ctx, caller, cluster)
	if err != nil {
		return nil, err
	}
	raw, config, err := s.kubeconfig(ctx, record.Cluster)
	if err != nil {
		return nil, err
	}
	if config == nil {
		return nil, &Error{Reason: WrongState, Message: "The cluster has no kubeconfig yet"}
	}
	return raw, nil
}

// Kept implements SecretReader.
func (s *Store) Kept(ctx context.Context, caller Caller, ref Ref, secret string) (map[string][]byte, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	return s.keptFor(ctx, secret, stored(record))
}

// keptFor reads a Secret that the hub made for one of the objects, which are in one namespace; nil if there is none such.
func (s *Store) keptFor(ctx context.Context, name string, objects ...target) (map[string][]byte, error) {
	if name == "" || len(objects) == 0 {
		return nil, nil
	}
	secret, err := s.secret(ctx, objects[0].GetNamespace(), name)
	if err != nil || secret == nil || secret.Labels[fleetv1.LabelKept] != "true" {
		return nil, err
	}
	if !slices.ContainsFunc(objects, func(object target) bool { return s.madeFor(secret, object) }) {
		return nil, nil
	}
	return secret.Data, nil
}

// madeFor tells whether a Secret of the hub's belongs to an object. One that was made for a NodePool belongs to the Cluster until the
// NodePool exists, and somewhat longer; its name says whose it is.
func (s *Store) madeFor(secret *corev1.Secret, object target) bool {
	if owns(object, secret) {
		return true
	}
	pool, ok := object.(*fleetv1.NodePool)
	if !ok || !namedFor(secret.Name, pool.Name) {
		return false
	}
	cluster, known := s.Memory.Cluster(client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName})
	return known && owns(cluster.Object, secret)
}

// keptSuffix is what follows the name of an object in the name of a Secret that was made for it: what for, and a digest.
var keptSuffix = regexp.MustCompile(`^-[a-z0-9-]+-[0-9a-f]{10}$`)

// namedFor tells whether a Secret has the name of one that was made for an object.
func namedFor(secret, object string) bool {
	rest, found := strings.CutPrefix(secret, object)
	return found && keptSuffix.MatchString(rest)
}

// owns tells whether an object is among the owners of a Secret.
func owns(object metav1.Object, secret *corev1.Secret) bool {
	return slices.ContainsFunc(secret.OwnerReferences, func(owner metav1.OwnerReference) bool {
		return owner.UID == object.GetUID()
	})
}

// clusterOfCaller returns a Cluster of the caller's. Errors: NotFound.
func (s *Store) clusterOfCaller(ctx context.Context, caller Caller, ref Ref) (*Record, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	if record.Cluster == nil {
		return nil, errNotFound(fleetv1.KindCluster)
	}
	return record, nil
}

// kubeconfig reads the kubeconfig of a Cluster, as it stands and decoded; nil if there is none.
func (s *Store) kubeconfig(ctx context.Context, cluster *fleetv1.Cluster) ([]byte, *clientcmdapi.Config, error) {
	name := cluster.Status.KubeconfigSecretName
	if name == "" {
		return nil, nil, nil
	}
	secret, err := s.secret(ctx, cluster.Namespace, name)
	if err != nil || secret == nil {
		return nil, nil, err
	}
	raw := secret.Data[fleetv1.KubeconfigKey]
	config, err := clientcmd.Load(raw)
	if err != nil || len(config.Clusters) == 0 {
		return nil, nil, nil //nolint:nilerr // the error quotes the content, which nobody may see
	}
	return raw, config, nil
}

// secret reads a Secret; nil if there is none of the name, and there can be none of a name that is none.
func (s *Store) secret(ctx context.Context, namespace, name string) (*corev1.Secret, error) {
	if len(content.IsPathSegmentName(name)) > 0 {
		return nil, nil
	}
	secret := &corev1.Secret{}
	err := s.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, secret)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fault(err)
	}
	return secret, nil
}
