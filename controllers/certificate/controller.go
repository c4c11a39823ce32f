package certificate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/metadata"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/slipway-dev/slipway/internal/certificate"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// maxSteps is how many steps are taken in a row. A first installation takes five.
const maxSteps = 20

// Options say what is kept.
type Options struct {
	// Namespace is Slipway's own.
	Namespace string
	// Policy says how long things last.
	Policy certificate.Policy
	// FacadeNames are DNS names and IP addresses of the facade beside those of its Service.
	FacadeNames []string
}

// Reconciler keeps the certificates.
type Reconciler struct {
	Options
	// Client writes, and Live reads past every cache.
	Client client.Client
	Live   client.Reader
	// Clock tells the time.
	Clock clock.PassiveClock
}

// +kubebuilder:rbac:groups="",namespace=slipway-system,resources=secrets,resourceNames=slipway-ca;slipway-webhook-certificate;slipway-apiserver-certificate,verbs=create;get;list;watch;patch
// +kubebuilder:rbac:groups="",namespace=slipway-system,resources=configmaps,resourceNames=slipway-ca,verbs=create;get;list;watch;patch
// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=validatingwebhookconfigurations,resourceNames=slipway;slipway-access-key,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=mutatingwebhookconfigurations,resourceNames=slipway,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=apiregistration.k8s.io,resources=apiservices,resourceNames=v1alpha1.rest.slipway.dev,verbs=get;list;watch;patch

// Reconcile takes steps until there is nothing to do. The request means nothing: there is one set of certificates.
func (r *Reconciler) Reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	for range maxSteps {
		at, err := r.step(ctx)
		if err != nil {
			failures.Inc()
			return reconcile.Result{}, err
		}
		if !at.IsZero() {
			return reconcile.Result{RequeueAfter: max(at.Sub(r.Clock.Now()), time.Millisecond)}, nil
		}
	}
	failures.Inc()
	return reconcile.Result{}, errors.New("the certificates do not come to rest: somebody else changes them, too; " +
		"see whether cert-manager, or a tool that applies manifests, writes the same Secrets or caBundles")
}

// step does what is to be done next. It returns when to look again if there is nothing.
func (r *Reconciler) step(ctx context.Context) (time.Time, error) {
	seen, err := r.gather(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := r.Clock.Now()
	step := certificate.Decide(seen.observed(), r.Policy, now)
	seen.measure(step.State)
	if step.Make == "" && !step.Store && len(step.Publish) == 0 && len(step.Issue) == 0 {
		return step.At, nil
	}
	return time.Time{}, r.take(ctx, seen, step, now)
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	reader, err := metadata.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return fmt.Errorf("building a client that watches certificates: %w", err)
	}
	// Certificates do not wait for as long as controllers usually do after many errors.
	limiter := workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second/4, time.Minute)
	err = ctrl.NewControllerManagedBy(mgr).Named("certificate").
		WatchesRawSource(source.Func(watches{reader: reader, namespace: r.Namespace}.start)).
		WithOptions(controller.Options{MaxConcurrentReconciles: 1, RateLimiter: limiter}).
		Complete(tracing.Reconciler("certificate", r))
	if err != nil {
		return fmt.Errorf("setting up the controller of certificates: %w", err)
	}
	return nil
}
