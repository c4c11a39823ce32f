package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"

	"github.com/go-logr/logr"
)

// options are what the command line says.
type options struct {
	metricsAddress          string
	metricsSecure           bool
	healthAddress           string
	webhookHost             string
	webhookPort             int
	webhookCertDir          string
	leaderElect             bool
	leaderElectionNamespace string
	maxConcurrentReconciles int
	logLevel                slog.Level
	logFormat               string
	tracingConfigFile       string
	certificates            certificateOptions
}

// parse reads the command line. The flag --kubeconfig comes from controller-runtime.
func parse(flags *flag.FlagSet, arguments []string) (*options, error) {
	o := &options{}
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", ":8080", "Where metrics are served; 0 switches them off.")
	flags.BoolVar(&o.metricsSecure, "metrics-secure", false,
		"Serve metrics over HTTPS, with the certificate of the webhooks, to those only whom the management cluster lets get /metrics.")
	flags.StringVar(&o.healthAddress, "health-probe-bind-address", ":8081", "Where /healthz and /readyz are served.")
	flags.StringVar(&o.webhookHost, "webhook-host", "", "The address that the admission webhooks listen on; empty means all.")
	flags.IntVar(&o.webhookPort, "webhook-port", 9443, "The port that the admission webhooks listen on; -1 switches them off.")
	flags.StringVar(&o.webhookCertDir, "webhook-cert-dir", "", "The folder with tls.crt and tls.key of the admission webhooks.")
	o.certificates.addFlags(flags)
	flags.BoolVar(&o.leaderElect, "leader-elect", false, "Work only while holding the lease, so that several managers can run.")
	flags.StringVar(&o.leaderElectionNamespace, "leader-election-namespace", "", "The namespace of the lease. Default: the manager's own.")
	flags.IntVar(&o.maxConcurrentReconciles, "max-concurrent-reconciles", 4, "How many objects each controller handles at a time.")
	flags.TextVar(&o.logLevel, "log-level", slog.LevelInfo, "What is logged: INFO, DEBUG, WARN or ERROR. INFO-1 adds decisions, INFO-2 the flow.")
	flags.StringVar(&o.tracingConfigFile, "tracing-config-file", "",
		"A file with a TracingConfiguration of apiserver.config.k8s.io/v1, which says where traces are sent. Empty traces nothing.")
	flags.StringVar(&o.logFormat, "log-format", "json", "How it is logged: json or text.")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	return o, o.check(flags)
}

// check refuses what flag cannot see to be wrong.
func (o *options) check(flags *flag.FlagSet) error {
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("%q is no flag; see --help", flags.Arg(0))
	case o.logFormat != "json" && o.logFormat != "text":
		return fmt.Errorf("--log-format must be json or text, not %q", o.logFormat)
	case o.maxConcurrentReconciles < 1:
		return fmt.Errorf("--max-concurrent-reconciles must be at least 1, not %d", o.maxConcurrentReconciles)
	}
	return o.certificates.check(o.webhookCertDir)
}

// logger returns the logger that the command line asks for. logr's V(n) is slog's level INFO-n.
func (o *options) logger() logr.Logger {
	handlerOptions := &slog.HandlerOptions{Level: o.logLevel}
	if o.logFormat == "text" {
		return logr.FromSlogHandler(slog.NewTextHandler(os.Stderr, handlerOptions))
	}
	return logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, handlerOptions))
}
