package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	clusters int
	rows     []row
	// seconds is how long each load of the rows with a fixed duration lasts.
	seconds time.Duration
	json    string
	keep    bool
	profile string
}

func parse(arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	var names string
	flags.IntVar(&o.clusters, "clusters", 10_000, "How many clusters there are.")
	flags.StringVar(&names, "rows", "", "The rows to measure, separated by commas: "+strings.Join(rowNames(), ", ")+". Default: all.")
	flags.DurationVar(&o.seconds, "duration", 5*time.Second, "How long each load lasts, where the row does not say.")
	flags.StringVar(&o.json, "json", "", "A file for the results as JSON; - for standard output instead of the table.")
	flags.BoolVar(&o.keep, "keep", false, "Keep the state in .bench, with the logs, at the end. The processes are ended all the same.")
	flags.StringVar(&o.profile, "profile", "", "A folder for CPU profiles of the facade, one for each load. They cost time: do not use the figures.")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.clusters < minClusters {
		return o, fmt.Errorf("%q: no arguments are known, and -clusters must be at least %d; see -help", flags.Args(), minClusters)
	}
	var err error
	o.rows, err = chooseRows(names)
	return o, err
}

func chooseRows(names string) ([]row, error) {
	if names == "" {
		return rows, nil
	}
	wanted := strings.Split(names, ",")
	for _, name := range wanted {
		if !slices.Contains(rowNames(), name) {
			return nil, fmt.Errorf("there is no row %q; there are %s", name, strings.Join(rowNames(), ", "))
		}
	}
	// In the order of the list: a row may leave behind what another one needs.
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return !slices.Contains(wanted, r.name) }), nil
}

func run(ctx context.Context, arguments []string) (err error) {
	if len(arguments) == 2 && arguments[0] == bareCommand {
		return serveBare(ctx, arguments[1])
	}
	o, err := parse(arguments)
	if err != nil {
		return err
	}
	b, err := newBench(o)
	if err != nil {
		return err
	}
	// What was started is ended even when the run was interrupted.
	defer func() { err = errors.Join(err, b.close(context.WithoutCancel(ctx))) }()
	if err := b.measureAll(ctx); err != nil {
		return err
	}
	if err := b.show(); err != nil {
		return err
	}
	return b.verdict()
}

// show prints the results.
func (b *bench) show() error {
	if b.options.json == "" {
		return b.report.print(os.Stdout)
	}
	content, err := json.MarshalIndent(&b.report, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the results: %w", err)
	}
	content = append(content, '\n')
	if b.options.json == "-" {
		_, err := os.Stdout.Write(content)
		return err
	}
	if err := os.WriteFile(b.options.json, content, 0o644); err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return b.report.print(os.Stdout)
}

// verdict is an error if a result is wrong. A missed target is none.
func (b *bench) verdict() error {
	var wrong []error
	for _, row := range b.report.Rows {
		for _, what := range row.Wrong {
			wrong = append(wrong, fmt.Errorf("%s: %s", row.Name, what))
		}
	}
	return errors.Join(wrong...)
}
