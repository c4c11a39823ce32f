package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 2 * time.Minute
)

// Options say which adapter to run and how.
type Options struct {
	// Name is the name by which Platforms require the adapter: a DNS label. Required.
	Name string
	// Adapter does the work. Required.
	Adapter Adapter
	// Clock dates reports. Default: the real one.
	Clock clock.PassiveClock
	// MaxConcurrent is how many targets are worked on at a time. Default 1.
	MaxConcurrent int
	// Sources wake targets for reasons of the adapter's own, for example a Secret that it reads. Optional.
	Sources []source.TypedSource[Key]
}

// Setup adds an adapter to a manager. The manager's cache must be indexed by fleetv1.FieldClusterName of NodePools and Addons
// and by fleetv1.FieldPlatformName of Clusters; see Index.
func Setup(mgr ctrl.Manager, options Options) error {
	if options.Name == "" || options.Adapter == nil {
		return errors.New("an adapter needs Options.Name and Options.Adapter")
	}
	r := newReconciler(mgr.GetClient(), mgr.GetAPIReader(), options)
	mapper := &mapper{client: mgr.GetClient(), adapter: options.Name}
	b := builder.TypedControllerManagedBy[Key](mgr).
		Named("adapter-"+options.Name).
		WithOptions(controller.TypedOptions[Key]{
			MaxConcurrentReconciles: options.MaxConcurrent,
			RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[Key](firstRetry, lastRetry),
		}).
		Watches(&fleetv1.Cluster{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.ofCluster), builder.WithPredicates(targetChanged())).
		Watches(&fleetv1.Cluster{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.poolsOfCluster), builder.WithPredicates(clusterMatters())).
		Watches(&fleetv1.NodePool{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.ofNodePool), builder.WithPredicates(targetChanged())).
		Watches(&fleetv1.Addon{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.ofAddon), builder.WithPredicates(onlyDeleted())).
		Watches(&fleetv1.Platform{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.ofPlatform), builder.WithPredicates(generationChanged())).
		Watches(&fleetv1.AdapterStatus{}, handler.TypedEnqueueRequestsFromMapFunc(mapper.ofReport), builder.WithPredicates(r.own.filter(options.Name)))
	for _, s := range options.Sources {
		b = b.WatchesRawSource(s)
	}
	if err := b.Complete(r); err != nil {
		return fmt.Errorf("setting up adapter %s: %w", options.Name, err)
	}
	return nil
}

// Index adds the indexes that Setup relies on. A program that already has them, such as the manager, does not call it.
func Index(ctx context.Context, indexer client.FieldIndexer) error {
	index := func(object client.Object, field string, value func(client.Object) string) error {
		err := indexer.IndexField(ctx, object, field, func(o client.Object) []string { return []string{value(o)} })
		if err != nil {
			return fmt.Errorf("indexing %T by %s: %w", object, field, err)
		}
		return nil
	}
	return errors.Join(
		index(&fleetv1.NodePool{}, fleetv1.FieldClusterName, func(o client.Object) string { return o.(*fleetv1.NodePool).Spec.ClusterName }),
		index(&fleetv1.Addon{}, fleetv1.FieldClusterName, func(o client.Object) string { return o.(*fleetv1.Addon).Spec.ClusterName }),
		index(&fleetv1.Cluster{}, fleetv1.FieldPlatformName, func(o client.Object) string { return o.(*fleetv1.Cluster).Spec.PlatformName }),
	)
}

func newReconciler(c client.Client, live client.Reader, options Options) *reconciler {
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	return &reconciler{
		name: options.Name, adapter: options.Adapter, client: c, live: live, clock: options.Clock, own: newOwnWrites(),
	}
}
