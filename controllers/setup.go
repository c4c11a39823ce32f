package controllers

import (
	"context"
	"fmt"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/adapterstatus"
	"github.com/slipway-dev/slipway/controllers/addon"
	"github.com/slipway-dev/slipway/controllers/addontemplate"
	"github.com/slipway-dev/slipway/controllers/certificate"
	"github.com/slipway-dev/slipway/controllers/cluster"
	"github.com/slipway-dev/slipway/controllers/nodepool"
	"github.com/slipway-dev/slipway/controllers/operation"
	"github.com/slipway-dev/slipway/controllers/platform"
	"github.com/slipway-dev/slipway/internal/importadapter"
)

// Options are what all controllers share.
type Options struct {
	// Clock tells the time. Default: the real one.
	Clock clock.PassiveClock
	// Certificates say how Slipway's own certificates are kept; nil leaves them to others.
	Certificates *certificate.Options
}

// controller is what can be started with a manager.
type controller interface {
	SetupWithManager(mgr ctrl.Manager) error
}

// Setup adds the indexes and all controllers to a manager.
func Setup(ctx context.Context, mgr ctrl.Manager, options Options) error {
	if options.Clock == nil {
		options.Clock = clock.RealClock{}
	}
	if err := Index(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	all := list(mgr, options)
	if options.Certificates != nil {
		all = append(all, &certificate.Reconciler{
			Options: *options.Certificates, Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: options.Clock,
		})
	}
	for _, c := range all {
		if err := c.SetupWithManager(mgr); err != nil {
			return err
		}
	}
	return nil
}

// list is the one list of controllers, and of the adapters that are built in.
func list(mgr ctrl.Manager, options Options) []controller {
	return []controller{
		&cluster.Reconciler{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Recorder: mgr.GetEventRecorder("cluster"), Clock: options.Clock},
		&nodepool.Reconciler{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Recorder: mgr.GetEventRecorder("nodepool"), Clock: options.Clock},
		&adapterstatus.Reconciler{Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("adapterstatus")},
		&platform.Reconciler{Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("platform"), Clock: options.Clock},
		&addon.Reconciler{Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("addon"), Clock: options.Clock},
		&addontemplate.Reconciler{Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("addontemplate"), Clock: options.Clock},
		operation.New(mgr.GetClient(), mgr.GetAPIReader(), options.Clock),
		&operation.Collector{Client: mgr.GetClient(), Clock: options.Clock},
		importadapter.New(mgr.GetAPIReader(), options.Clock),
	}
}

// Index indexes a cache by the selectable fields that the controllers ask for.
func Index(ctx context.Context, indexer client.FieldIndexer) error {
	for _, index := range []struct {
		object client.Object
		field  string
		value  client.IndexerFunc
	}{
		{&fleetv1.AdapterStatus{}, fleetv1.FieldTargetName, by(func(s *fleetv1.AdapterStatus) string { return s.Spec.TargetRef.Name })},
		{&fleetv1.NodePool{}, fleetv1.FieldClusterName, by(func(p *fleetv1.NodePool) string { return p.Spec.ClusterName })},
		{&fleetv1.Addon{}, fleetv1.FieldClusterName, by(func(a *fleetv1.Addon) string { return a.Spec.ClusterName })},
		{&fleetv1.Addon{}, fleetv1.FieldTemplateName, by(func(a *fleetv1.Addon) string { return a.Spec.TemplateName })},
		{&fleetv1.Operation{}, fleetv1.FieldOperationTarget, by(func(o *fleetv1.Operation) string { return o.Spec.Target.Name })},
		{&fleetv1.Cluster{}, fleetv1.FieldPlatformName, by(func(c *fleetv1.Cluster) string { return c.Spec.PlatformName })},
	} {
		if err := indexer.IndexField(ctx, index.object, index.field, index.value); err != nil {
			return fmt.Errorf("indexing %T by %s: %w", index.object, index.field, err)
		}
	}
	return nil
}

// by turns a function of one kind into an index. Objects of another kind have no place in it.
func by[T client.Object](value func(T) string) client.IndexerFunc {
	return func(object client.Object) []string {
		typed, ok := object.(T)
		if !ok {
			return nil
		}
		return []string{value(typed)}
	}
}
