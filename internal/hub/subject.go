package hub

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

// target is a Cluster or NodePool.
type target interface {
	client.Object
	conditions.Object
}

// address says which object is meant: one of that kind, name and UID.
type address struct {
	kind string
	key  types.NamespacedName
	uid  types.UID
}

func addressOf(record *Record) address {
	return address{
		kind: record.Kind,
		key:  types.NamespacedName{Namespace: record.Object.Namespace, Name: record.Object.Name},
		uid:  record.Object.UID,
	}
}

func (a address) targetRef() fleetv1.TargetRef {
	return fleetv1.TargetRef{Kind: a.kind, Name: a.key.Name, UID: a.uid}
}

// byID is how the Memory is asked for exactly that object.
func byID(record *Record) Ref { return Ref{Kind: record.Kind, ID: record.ID} }

// empty returns an object of the kind to read into.
func empty(kind string) target {
	if kind == fleetv1.KindNodePool {
		return &fleetv1.NodePool{}
	}
	return &fleetv1.Cluster{}
}

// finalizer returns the one by which Slipway keeps objects of the kind.
func finalizer(kind string) string {
	if kind == fleetv1.KindNodePool {
		return fleetv1.NodePoolFinalizer
	}
	return fleetv1.ClusterFinalizer
}

// subject is all that the status of one object depends on. One of the two is set.
type subject struct {
	cluster *evaluate.Cluster
	pool    *evaluate.NodePool
}

func (s subject) object() target {
	if s.pool != nil {
		return s.pool.Object
	}
	return s.cluster.Object
}

func (s subject) reports() []aggregate.AdapterReport {
	if s.pool != nil {
		return s.pool.Reports
	}
	return s.cluster.Reports
}

func (s subject) required() []string {
	if s.pool != nil {
		return s.pool.Required()
	}
	return s.cluster.Required()
}

func (s subject) platform() *fleetv1.Platform {
	if s.pool != nil {
		return s.pool.Platform
	}
	platform, _ := s.cluster.Platform()
	return platform
}

func (s subject) namespace() evaluate.Namespace {
	if s.pool != nil {
		return s.pool.Namespace
	}
	return s.cluster.Namespace
}

// with returns the subject with another state of the object.
func (s subject) with(object target) subject {
	switch o := object.(type) {
	case *fleetv1.NodePool:
		pool := *s.pool
		pool.Object = o
		return subject{pool: &pool}
	case *fleetv1.Cluster:
		cluster := *s.cluster
		cluster.Object = o
		return subject{cluster: &cluster}
	default:
		return s
	}
}

// withReports returns the subject with other reports.
func (s subject) withReports(reports []aggregate.AdapterReport) subject {
	if s.pool != nil {
		pool := *s.pool
		pool.Reports = reports
		return subject{pool: &pool}
	}
	cluster := *s.cluster
	cluster.Reports = reports
	return subject{cluster: &cluster}
}

// evaluate returns what the status patch is about: the object before and after, with nothing in it but what the patch needs,
// so that a large spec costs nothing.
func (s subject) evaluate(now metav1.Time) (before, after target, result aggregate.Result) {
	if s.pool != nil {
		status, result := s.pool.Status(now)
		meta := skeleton(s.pool.Object)
		return &fleetv1.NodePool{ObjectMeta: meta, Status: s.pool.Object.Status},
			&fleetv1.NodePool{ObjectMeta: meta, Status: status}, result
	}
	status, result := s.cluster.Status(now)
	meta := skeleton(s.cluster.Object)
	return &fleetv1.Cluster{ObjectMeta: meta, Status: s.cluster.Object.Status},
		&fleetv1.Cluster{ObjectMeta: meta, Status: status}, result
}

func skeleton(object metav1.Object) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: object.GetNamespace(), Name: object.GetName(), UID: object.GetUID(), ResourceVersion: object.GetResourceVersion(),
		Generation: object.GetGeneration(), DeletionTimestamp: object.GetDeletionTimestamp(),
	}
}

// remembered returns what the Memory knows about an object, and false if it does not know that one.
func (s *Store) remembered(at address) (subject, bool) {
	if at.kind == fleetv1.KindNodePool {
		pool, known := s.Memory.NodePool(at.key)
		return subject{pool: &pool}, known && pool.Object.UID == at.uid
	}
	cluster, known := s.Memory.Cluster(at.key)
	return subject{cluster: &cluster}, known && cluster.Object.UID == at.uid
}
