package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/limits"
)

// CreateCluster creates a Cluster in one write, with the finalizer and the Platform that the controller would put on it: the
// generation that the client is answered is then the one it works with.
func (s *Store) CreateCluster(ctx context.Context, caller Caller, wish NewCluster) (*Record, error) {
	given, err := wished(wish.Labels, wish.Parameters)
	if err != nil {
		return nil, err
	}
	cluster := &fleetv1.Cluster{ObjectMeta: newborn(ctx, caller, wish.Name, wish.Labels, fleetv1.ClusterFinalizer)}
	cluster.Spec.Parameters = given
	platforms, namespace := s.Memory.Placement(caller.Namespace)
	platform, _ := evaluate.Cluster{Object: cluster, Platforms: platforms, Namespace: namespace}.Platform()
	if platform != nil {
		cluster.Spec.PlatformName = platform.Name
		if err := broken(limits.Cluster(cluster, platform)); err != nil {
			return nil, err
		}
	}
	if err := s.create(ctx, cluster, &fleetv1.Cluster{}); err != nil {
		return nil, err
	}
	return s.show(ctx, fleetv1.KindCluster, cluster)
}

// CreateNodePool creates a NodePool in one write, and makes sure that its Cluster is not being deleted meanwhile.
func (s *Store) CreateNodePool(ctx context.Context, caller Caller, wish NewNodePool) (*Record, error) {
	owner, err := s.Memory.Get(ctx, caller.Namespace, wish.Cluster)
	if err != nil {
		return nil, err
	}
	if owner.Object.DeletionTimestamp != nil {
		return nil, clusterDeleting()
	}
	pool, err := s.newPool(ctx, caller, owner, wish)
	if err != nil {
		return nil, err
	}
	if err := s.createPool(ctx, pool); err != nil {
		return nil, err
	}
	err = s.confirmOwner(ctx, owner, func(since *metav1.Time) error { return s.deleteChild(ctx, caller, pool, since) })
	if err != nil {
		return nil, err
	}
	return s.show(ctx, fleetv1.KindNodePool, pool)
}

func clusterDeleting() error {
	return &Error{Reason: WrongState, Message: "The cluster is being deleted"}
}

// newPool returns the NodePool that is wished for.
func (s *Store) newPool(ctx context.Context, caller Caller, owner *Record, wish NewNodePool) (*fleetv1.NodePool, error) {
	given, err := wished(wish.Labels, wish.Parameters)
	if err != nil {
		return nil, err
	}
	pool := poolOf(owner.Object, newborn(ctx, caller, "", wish.Labels, fleetv1.NodePoolFinalizer), wish.Name)
	pool.Spec.Parameters = given
	return pool, s.poolAllowed(ctx, owner, pool)
}

// poolOf returns a NodePool that belongs to a Cluster and has a pool name.
func poolOf(cluster metav1.Object, meta metav1.ObjectMeta, poolName string) *fleetv1.NodePool {
	meta.Name = cluster.GetName() + "-" + poolName
	metav1.SetMetaDataLabel(&meta, fleetv1.LabelCluster, cluster.GetName())
	meta.OwnerReferences = ownedBy(fleetv1.KindCluster, cluster)
	return &fleetv1.NodePool{
		ObjectMeta: meta, Spec: fleetv1.NodePoolSpec{ClusterName: cluster.GetName(), PoolName: poolName},
	}
}

// ownedBy returns the reference of what goes with an object of our own kinds.
func ownedBy(kind string, owner metav1.Object) []metav1.OwnerReference {
	return []metav1.OwnerReference{{
		APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: kind,
		Name: owner.GetName(), UID: owner.GetUID(), BlockOwnerDeletion: ptr(true),
	}}
}

// poolAllowed holds a new pool against the pools that its Cluster has, and against the Platform.
func (s *Store) poolAllowed(ctx context.Context, owner *Record, pool *fleetv1.NodePool) error {
	namesake, err := s.Memory.Get(ctx, pool.Namespace, Ref{Kind: fleetv1.KindNodePool, Name: pool.Spec.PoolName, Cluster: ptr(byID(owner))})
	if err == nil && !s.retried(ctx, namesake.Object) {
		return nameTaken()
	}
	cluster, known := s.Memory.Cluster(addressOf(owner).key)
	if !known {
		return nil
	}
	platform, _ := cluster.Platform()
	if platform == nil {
		return nil
	}
	return broken(limits.NodePool(pool, platform, nil))
}

func ptr[T any](value T) *T { return &value }

func nameTaken() error { return &Error{Reason: AlreadyExists, Message: "The name is taken"} }

// createPool creates a pool under its plain name or, where that is the name of another cluster's pool ("a-b" of cluster "a" and
// "b" of cluster "a-b" need not be the only such pair), under one with a suffix. The suffix follows from the names, so that of
// two replicas that do the same at the same time one is refused.
func (s *Store) createPool(ctx context.Context, pool *fleetv1.NodePool) error {
	plain := *pool.DeepCopy()
	taken := &fleetv1.NodePool{}
	err := s.create(ctx, pool, taken)
	if ReasonOf(err) != AlreadyExists || taken.Name == "" || same(taken, &plain) {
		return err
	}
	plain.DeepCopyInto(pool)
	pool.Name = secondPoolName(&plain)
	return s.create(ctx, pool, &fleetv1.NodePool{})
}

// secondPoolName is the name of a pool whose plain name is that of another cluster's pool.
func secondPoolName(pool *fleetv1.NodePool) string {
	digest := sha256.Sum256([]byte(pool.Spec.ClusterName + "/" + pool.Spec.PoolName))
	return fmt.Sprintf("%s-%s", pool.Name, hex.EncodeToString(digest[:4]))
}

// same tells whether two pools are one for whoever knows them by cluster and pool name.
func same(a, b *fleetv1.NodePool) bool {
	return a.Spec.ClusterName == b.Spec.ClusterName && a.Pool() == b.Pool()
}

// confirmOwner makes sure that nothing slips under a Cluster that is being deleted. Who deletes a Cluster lists its children
// after the deletion has begun; so either that list has the new child, or the deletion is seen here, and the child is removed: by
// a function that takes since when the Cluster is being deleted, nil if it is gone.
func (s *Store) confirmOwner(ctx context.Context, owner *Record, remove func(since *metav1.Time) error) error {
	cluster, err := s.object(ctx, addressOf(owner))
	if err == nil && cluster.GetDeletionTimestamp() == nil {
		return nil
	}
	if err != nil && ReasonOf(err) != NotFound {
		// Whether the child may stay is not known. The controller sees to it; the client finds its object when it repeats.
		return err
	}
	var since *metav1.Time
	if err == nil {
		since = cluster.GetDeletionTimestamp()
	}
	if removeErr := remove(since); removeErr != nil {
		return removeErr
	}
	if err != nil {
		return err
	}
	return clusterDeleting()
}

// wished checks what a caller wishes for, and returns the parameters.
func wished(labels map[string]string, given []byte) (*runtime.RawExtension, error) {
	if err := unreserved(labels); err != nil {
		return nil, err
	}
	return parameters(given)
}

// newborn returns the metadata of an object that a caller creates.
func newborn(ctx context.Context, caller Caller, name string, labels map[string]string, finalizer string) metav1.ObjectMeta {
	meta := metav1.ObjectMeta{
		Namespace: caller.Namespace, Name: name, Labels: cloned(labels), Finalizers: []string{finalizer},
		Annotations: caller.creates(),
	}
	if request := requestOf(ctx); request != "" {
		meta.Annotations[fleetv1.AnnotationRequest] = request
	}
	return meta
}

func cloned(labels map[string]string) map[string]string {
	copied := make(map[string]string, len(labels))
	for key, value := range labels {
		copied[key] = value
	}
	return copied
}

// create creates an object. If the name is taken by what an earlier attempt of the same request created, that is the object;
// otherwise taken is filled with what has the name.
func (s *Store) create(ctx context.Context, object, taken client.Object) error {
	err := s.Client.Create(ctx, object)
	if !apierrors.IsAlreadyExists(err) {
		return fault(err)
	}
	if getErr := s.Client.Get(ctx, client.ObjectKeyFromObject(object), taken); getErr != nil {
		if apierrors.IsNotFound(getErr) {
			return nameTaken() // it was, a moment ago
		}
		return fault(getErr)
	}
	if !s.retried(ctx, taken) || taken.GetDeletionTimestamp() != nil {
		return nameTaken()
	}
	ctrl.LoggerFrom(ctx).V(1).Info("Found what an earlier attempt created", "object", client.ObjectKeyFromObject(taken))
	switch found := taken.(type) {
	case *fleetv1.Cluster:
		found.DeepCopyInto(object.(*fleetv1.Cluster)) // both are of one kind
	case *fleetv1.NodePool:
		found.DeepCopyInto(object.(*fleetv1.NodePool)) // both are of one kind
	case *fleetv1.Addon:
		found.DeepCopyInto(object.(*fleetv1.Addon)) // both are of one kind
	}
	return nil
}

// retried tells whether an object was created by an earlier attempt of the present request.
func (s *Store) retried(ctx context.Context, object metav1.Object) bool {
	request := requestOf(ctx)
	return request != "" && object.GetAnnotations()[fleetv1.AnnotationRequest] == request
}

// show leaves an object in the Memory and returns what is then known about it.
func (s *Store) show(ctx context.Context, kind string, object target) (*Record, error) {
	namespace, id := object.GetNamespace(), idOf(object)
	s.Memory.Apply(object)
	return s.Memory.Get(ctx, namespace, Ref{Kind: kind, ID: id})
}
