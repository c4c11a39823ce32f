package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/kwokadapter"
)

// options are the command line.
type options struct {
	stateDir, binDir        string
	metricsAddr, healthAddr string
	maxConcurrent           int
	logLevel                slog.Level
	logFormat               string
}

func parse() (options, error) {
	o := options{}
	flag.StringVar(&o.stateDir, "state-dir", "", "folder that holds the tenants' control planes; required")
	flag.StringVar(&o.binDir, "bin-dir", "", "folder with the binaries of the control plane, as go run ./hack/tools --print-bin-dir prints it; required")
	flag.StringVar(&o.metricsAddr, "metrics-bind-address", "127.0.0.1:8090", "address for metrics over plain HTTP; 0 turns them off")
	flag.StringVar(&o.healthAddr, "health-probe-bind-address", "127.0.0.1:8091", "address for /healthz and /readyz; 0 turns them off")
	flag.IntVar(&o.maxConcurrent, "max-concurrent-reconciles", 4, "how many clusters and node pools are worked on at a time")
	flag.TextVar(&o.logLevel, "log-level", slog.LevelInfo, "what is logged: INFO, DEBUG, WARN or ERROR")
	flag.StringVar(&o.logFormat, "log-format", "json", "how it is logged: json or text")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; --help lists the flags", flag.Arg(0))
	case o.stateDir == "" || o.binDir == "":
		return o, errors.New("--state-dir and --bin-dir are required")
	}
	return o, nil
}

// logger returns the logger that the command line asks for.
func (o options) logger() logr.Logger {
	handlerOptions := &slog.HandlerOptions{Level: o.logLevel}
	if o.logFormat == "text" {
		return logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, handlerOptions))
	}
	return logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, handlerOptions))
}

func main() {
	o, err := parse()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kwok-adapter:", err)
		os.Exit(2)
	}
	ctrl.SetLogger(o.logger())
	ctx := ctrl.SetupSignalHandler()
	if err := run(ctx, o); err != nil {
		ctrl.Log.Error(err, "Ending")
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the hub: %w", err)
	}
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), fleetv1.AddToScheme(scheme)); err != nil {
		return fmt.Errorf("building the scheme: %w", err)
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                 scheme,
		Metrics:                server.Options{BindAddress: o.metricsAddr},
		HealthProbeBindAddress: o.healthAddr,
		// Secrets are read one by one, with the right to get and no right to list.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
	})
	if err != nil {
		return fmt.Errorf("building the manager: %w", err)
	}
	if err := setup(ctx, mgr, o); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func setup(ctx context.Context, mgr ctrl.Manager, o options) error {
	tenantScheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(tenantScheme); err != nil {
		return fmt.Errorf("building the scheme of tenants: %w", err)
	}
	kwok, err := kwokadapter.New(kwokadapter.Options{
		Client: mgr.GetClient(), StateDir: o.stateDir, BinDir: o.binDir, TenantScheme: tenantScheme, Clock: clock.RealClock{},
	})
	if err != nil {
		return err
	}
	if err := adapter.Index(ctx, mgr.GetFieldIndexer()); err != nil {
		return err
	}
	err = adapter.Setup(mgr, adapter.Options{Name: kwokadapter.Name, Adapter: kwok, MaxConcurrent: o.maxConcurrent})
	if err != nil {
		return err
	}
	return errors.Join(
		mgr.Add(manager.RunnableFunc(kwok.Sweeper(mgr.GetAPIReader()))),
		mgr.AddHealthzCheck("healthz", healthz.Ping),
		mgr.AddReadyzCheck("readyz", healthz.Ping),
	)
}
