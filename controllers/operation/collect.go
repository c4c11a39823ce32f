package operation

import (
	"context"
	"fmt"
	"time"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/placement"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// defaultTTL is how long records are kept after their end where no Platform says so.
const defaultTTL = 90 * 24 * time.Hour

// gathering is how long ends of tasks are gathered before a namespace is looked through. It is no longer than the shortest TTL.
const gathering = time.Minute

// Collector removes the records of a namespace that have been kept for long enough.
type Collector struct {
	// Client reads from a cache, and writes.
	Client client.Client
	// Clock tells what is long enough.
	Clock clock.PassiveClock
}

// Reconcile removes what is to be removed from the namespace of that name, and comes back when the next record is due.
func (c *Collector) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var list fleetv1.OperationList
	if err := c.Client.List(ctx, &list, client.InNamespace(req.Name), client.UnsafeDisableDeepCopy); err != nil {
		return ctrl.Result{}, fmt.Errorf("listing the records in namespace %s: %w", req.Name, err)
	}
	terms, err := c.terms(ctx, req.Name)
	if err != nil {
		return ctrl.Result{}, err
	}
	now := c.Clock.Now()
	due, next := operation.Due(pointers(list.Items), terms.of, now)
	for _, record := range due {
		if err := c.remove(ctx, record); err != nil {
			return outcome.Of(err)
		}
	}
	if next.IsZero() {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{RequeueAfter: max(next.Sub(now), time.Second)}, nil
}

func pointers(items []fleetv1.Operation) []*fleetv1.Operation {
	list := make([]*fleetv1.Operation, 0, len(items))
	for i := range items {
		list = append(list, &items[i])
	}
	return list
}

// remove deletes exactly that record.
func (c *Collector) remove(ctx context.Context, record *fleetv1.Operation) error {
	uid := record.UID
	err := c.Client.Delete(ctx, &fleetv1.Operation{ObjectMeta: record.ObjectMeta}, client.Preconditions{UID: &uid})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("removing the record %s: %w", client.ObjectKeyFromObject(record), err)
	}
	return nil
}

// terms are how long the records of a namespace are kept.
type terms struct {
	clusters  map[string]*fleetv1.Cluster
	platforms map[string]time.Duration
	// otherwise goes for Clusters that are gone, or on no Platform.
	otherwise time.Duration
}

// of returns how long a record is kept: as the Platform of its Cluster says, else that of new Clusters in the namespace.
func (t terms) of(record *fleetv1.Operation) time.Duration {
	cluster := t.clusters[record.Spec.Cluster.Name]
	if cluster == nil || operation.IDOf(cluster) != record.Spec.Cluster.ID {
		return t.otherwise
	}
	if ttl, ok := t.platforms[cluster.Spec.PlatformName]; ok {
		return ttl
	}
	return t.otherwise
}

// terms reads what decides how long records are kept.
func (c *Collector) terms(ctx context.Context, namespace string) (terms, error) {
	t := terms{clusters: map[string]*fleetv1.Cluster{}, platforms: map[string]time.Duration{}, otherwise: defaultTTL}
	var clusters fleetv1.ClusterList
	if err := c.Client.List(ctx, &clusters, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return t, fmt.Errorf("listing the Clusters in namespace %s: %w", namespace, err)
	}
	for i := range clusters.Items {
		t.clusters[clusters.Items[i].Name] = &clusters.Items[i]
	}
	var platforms fleetv1.PlatformList
	if err := c.Client.List(ctx, &platforms, client.UnsafeDisableDeepCopy); err != nil {
		return t, fmt.Errorf("listing the Platforms: %w", err)
	}
	for i := range platforms.Items {
		t.platforms[platforms.Items[i].Name] = ttlOf(&platforms.Items[i])
	}
	home, err := namespaces.Get(ctx, c.Client, namespace)
	if err != nil {
		return t, err
	}
	wish := placement.Wish{Namespace: namespace, Label: home.Labels[fleetv1.LabelPlatform]}
	if platform, _ := placement.Choose(wish, platforms.Items); platform != nil {
		t.otherwise = ttlOf(platform)
	}
	return t, nil
}

func ttlOf(platform *fleetv1.Platform) time.Duration {
	if platform.Spec.OperationTTL == nil {
		return defaultTTL
	}
	return platform.Spec.OperationTTL.Duration
}

// SetupWithManager starts the controller with the manager.
func (c *Collector) SetupWithManager(mgr ctrl.Manager) error {
	err := ctrl.NewControllerManagedBy(mgr).Named("operation-collector").
		Watches(&fleetv1.Operation{}, handler.Funcs{
			CreateFunc: func(_ context.Context, e event.CreateEvent, q collectorQueue) { wakeLater(e.Object, q) },
			UpdateFunc: func(_ context.Context, e event.UpdateEvent, q collectorQueue) { wakeLater(e.ObjectNew, q) },
		}).
		Watches(&fleetv1.Platform{}, handler.EnqueueRequestsFromMapFunc(c.everywhere), builder.WithPredicates(ttlChanged())).
		Complete(tracing.Reconciler("operation-history", c))
	if err != nil {
		return fmt.Errorf("setting up the collector of Operations: %w", err)
	}
	return nil
}
