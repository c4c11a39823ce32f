package target

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/reports"
	"github.com/slipway-dev/slipway/internal/tracing"
	"github.com/slipway-dev/slipway/internal/transitions"
)

// Phase is one step of a kind before the aggregation.
type Phase[S Scoped] interface {
	Run(ctx context.Context, s S) error
}

// Flow is how the targets of one kind are reconciled. S points to the scope of the kind.
type Flow[S Scoped] struct {
	// Access reaches the API server.
	Access Access
	// Clock tells the time of transitions and deadlines.
	Clock clock.PassiveClock
	// Phases are the steps before the aggregation, in order.
	Phases []Phase[S]
	// Evaluate puts the status that follows from the scope into the target, and returns what else follows.
	Evaluate func(s S, now metav1.Time) aggregate.Result
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Arrivals remember since when reports wait for this.
	Arrivals *Arrivals
}

// Reconcile handles one target: gather, evaluate, apply. The scope comes with an empty object.
func (f Flow[S]) Reconcile(ctx context.Context, key client.ObjectKey, s S) (ctrl.Result, error) {
	arrived := f.Arrivals.take(key) // what comes in from here on is for the next time
	result, err := f.reconcile(ctx, key, s)
	switch {
	case arrived.IsZero(), apierrors.IsNotFound(err):
	case err != nil:
		f.Arrivals.Saw(key, arrived)
	default:
		aggregated.WithLabelValues(f.Kind).Observe(f.Clock.Since(arrived).Seconds())
	}
	if errors.Is(err, errRestoring) {
		return ctrl.Result{}, nil // the end of the restore is a change that brings the target back
	}
	if err != nil {
		return outcome.Of(err)
	}
	return result, nil
}

func (f Flow[S]) reconcile(ctx context.Context, key client.ObjectKey, s S) (ctrl.Result, error) {
	if err := f.gather(ctx, key, s); err != nil {
		return ctrl.Result{}, err
	}
	ctx = tracing.About(ctx, s.common().Object)
	before := s.common().snapshot()
	now := metav1.NewTime(f.Clock.Now())
	result := f.Evaluate(s, now)
	evaluated.WithLabelValues(f.Kind).Observe(f.Clock.Since(now.Time).Seconds())
	if err := f.apply(ctx, s.common(), before, result); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: until(result.Recheck, now.Time)}, nil
}

// errRestoring tells that a target is being restored, and nothing may be done about it.
var errRestoring = errors.New("the target is being restored")

// gather reads what concerns every target, and leaves the rest to the phases.
func (f Flow[S]) gather(ctx context.Context, key client.ObjectKey, s S) error {
	common := s.common()
	err := f.Access.Client.Get(ctx, key, common.Object)
	if err != nil {
		return fmt.Errorf("reading %s %s: %w", common.Kind, key, err)
	}
	if fleetv1.Restoring(common.Object) {
		return errRestoring
	}
	ctx = tracing.About(ctx, common.Object)
	namespace, err := namespaces.Get(ctx, f.Access.Client, key.Namespace)
	if err != nil {
		return err
	}
	common.Namespace = evaluate.Namespace{Platform: namespace.Labels[fleetv1.LabelPlatform], Terminating: namespace.Terminating}
	if common.Reports, err = reports.About(ctx, f.Access.Client, common.Kind, common.Object); err != nil {
		return err
	}
	for _, phase := range f.Phases {
		if err := phase.Run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// apply writes the status if it changed, tells about transitions, and lets a finished target go.
func (f Flow[S]) apply(ctx context.Context, s *Scope, before Object, result aggregate.Result) error {
	changed, err := conditions.PatchStatus(ctx, f.Access.Client, before, s.Object)
	if err != nil {
		return err
	}
	if changed {
		ctrl.LoggerFrom(ctx).V(1).Info("Wrote the status", "generation", s.Object.GetGeneration(), "adapters", result.Adapters)
		f.Access.Publish(s, transitions.Of(before, s.Object)...)
	}
	if !result.Finished {
		return nil
	}
	return f.letGo(ctx, s)
}

// letGo drops the finalizer of a target that nothing is left to wait for.
func (f Flow[S]) letGo(ctx context.Context, s *Scope) error {
	before := s.snapshot()
	if !controllerutil.RemoveFinalizer(s.Object, s.Finalizer) {
		return nil
	}
	if err := f.Access.Patch(ctx, before, s.Object); err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Let the target go", "kind", s.Kind, "generation", s.Object.GetGeneration())
	f.Access.Publish(s, transitions.LetGo(s.Kind))
	return nil
}

// until returns how long to wait for a moment; zero if there is none to wait for.
func until(moment, now time.Time) time.Duration {
	if moment.IsZero() {
		return 0
	}
	return max(moment.Sub(now), time.Second)
}
