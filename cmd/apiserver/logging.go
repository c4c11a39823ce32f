package main

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

// logging is what the command line says about logs.
type logging struct {
	level  slog.Level
	format string
}

func newLogging() *logging { return &logging{level: slog.LevelInfo, format: "json"} }

func (l *logging) addFlags(flags *pflag.FlagSet) {
	flags.TextVar(&l.level, "log-level", l.level, "What is logged: INFO, DEBUG, WARN or ERROR. INFO-1 adds decisions, INFO-2 the flow.")
	flags.StringVar(&l.format, "log-format", l.format, "How it is logged: json or text.")
}

func (l *logging) validate() error {
	if l.format != "json" && l.format != "text" {
		return fmt.Errorf("--log-format must be json or text, not %q", l.format)
	}
	return nil
}

// apply sets the logger of everything in the process. What client-go and k8s.io/apiserver say goes through klog, which asks
// its own verbosity before it asks the logger; logr's V(n) is slog's level INFO-n.
func (l *logging) apply() {
	var handler slog.Handler = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: l.level})
	if l.format == "text" {
		handler = slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l.level})
	}
	logger := logr.FromSlogHandler(handler)
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)
	verbosity := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(verbosity)
	// The flag exists and takes every number.
	_ = verbosity.Set("v", strconv.Itoa(max(0, int(slog.LevelInfo-l.level))))
}
