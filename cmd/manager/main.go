package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers"
	"github.com/slipway-dev/slipway/internal/admission"
	"github.com/slipway-dev/slipway/internal/tracing"
)

func main() {
	o, err := parse(flag.CommandLine, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	logger := o.logger()
	ctrl.SetLogger(logger)
	klog.SetLogger(logger) // what client-go says
	ctx := ctrl.SetupSignalHandler()
	if err := run(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
		ctrl.Log.Error(err, "The manager ended")
		os.Exit(1)
	}
}

// run builds the manager and starts it.
func run(ctx context.Context, o *options) error {
	provider, err := tracing.Open(ctx, o.tracingConfigFile, "slipway-manager")
	if err != nil {
		return err
	}
	defer tracing.Close(ctx, provider)
	mgr, err := build(o, provider)
	if err != nil {
		return err
	}
	if err := controllers.Setup(ctx, mgr, controllers.Options{Certificates: o.certificates.kept()}); err != nil {
		return err
	}
	if o.webhookPort >= 0 {
		if err := admission.SetupWithManager(mgr); err != nil {
			return err
		}
	}
	if err := probes(mgr, o); err != nil {
		return err
	}
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("running: %w", err)
	}
	return nil
}

// build makes the manager. Its cache holds neither Secrets, which are read live where they are needed, nor managed fields,
// which nobody here looks at.
func build(o *options, provider tracing.Provider) (ctrl.Manager, error) {
	restConfig, err := ctrl.GetConfig()
	if err != nil {
		return nil, fmt.Errorf("finding the management cluster: %w", err)
	}
	restConfig.QPS, restConfig.Burst = -1, -1 // the API server's own priority and fairness says how much is too much
	tracing.Outgoing(restConfig, provider)
	known, err := scheme()
	if err != nil {
		return nil, err
	}
	server, from, err := o.webhookServer(restConfig)
	if err != nil {
		return nil, err
	}
	mgr, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme:                  known,
		Cache:                   cache.Options{DefaultTransform: cache.TransformStripManagedFields()},
		Client:                  client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
		Controller:              config.Controller{MaxConcurrentReconciles: o.maxConcurrentReconciles},
		Metrics:                 o.metricsServer(from),
		HealthProbeBindAddress:  o.healthAddress,
		WebhookServer:           server,
		LeaderElection:          o.leaderElect,
		LeaderElectionID:        "slipway-manager",
		LeaderElectionNamespace: o.leaderElectionNamespace,
		// The process ends with the manager, so the next one need not wait for the lease to run out.
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, fmt.Errorf("building the manager: %w", err)
	}
	if from == nil {
		return mgr, nil
	}
	return mgr, serveWith(mgr, from)
}

// scheme returns the kinds that the manager deals in.
func scheme() (*runtime.Scheme, error) {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, fleetv1.AddToScheme, helmv2.AddToScheme, sourcev1.AddToScheme,
	} {
		if err := add(known); err != nil {
			return nil, fmt.Errorf("building the scheme: %w", err)
		}
	}
	return known, nil
}

// probes adds /healthz and /readyz. The manager is ready once its cache is filled and its webhooks answer.
func probes(mgr ctrl.Manager, o *options) error {
	checks := []error{
		mgr.AddHealthzCheck("ping", healthz.Ping),
		mgr.AddReadyzCheck("cache", func(request *http.Request) error {
			if !mgr.GetCache().WaitForCacheSync(request.Context()) {
				return errors.New("the cache is not filled yet")
			}
			return nil
		}),
	}
	if o.webhookPort >= 0 {
		checks = append(checks, mgr.AddReadyzCheck("webhooks", mgr.GetWebhookServer().StartedChecker()))
	}
	if err := errors.Join(checks...); err != nil {
		return fmt.Errorf("adding probes: %w", err)
	}
	return nil
}
