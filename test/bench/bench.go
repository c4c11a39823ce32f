package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	stateFolder = ".bench"
	stopGrace   = 15 * time.Second
)

// bench is a run. Each field says who fills it.
type bench struct {
	options options
	report  report
	root    string // newBench
	dir     string // newBench
	tools   string // newBench

	plane *controlplane.ControlPlane // startPlane
	admin load.Endpoint              // startPlane: the kube-apiserver, as its administrator
	raw   load.Endpoint              // admitClient: the kube-apiserver, as a client of the facade
	rest  load.Endpoint              // admitClient: the facade, as the same client
	audit auditLog                   // startPlane
	fleet *fleet                     // newBench; seed fills in what the kube-apiserver says

	services map[string]*service // prepareServices
	running  map[string]*process.Process
	pairs    *pairs // rawPairs
	loads    int    // profile
}

func newBench(o options) (*bench, error) {
	tools := os.Getenv("KUBEBUILDER_ASSETS")
	if tools == "" {
		return nil, errors.New("KUBEBUILDER_ASSETS is not set: run this as `make bench`, or export the folder that " +
			"`go run ./hack/tools --print-bin-dir test` prints")
	}
	root := testenv.Root()
	return &bench{
		options: o, root: root, dir: filepath.Join(root, stateFolder), tools: tools,
		report: newReport(o), fleet: newFleet(o.clusters), running: map[string]*process.Process{},
	}, nil
}

// measureAll prepares everything and goes through the rows.
func (b *bench) measureAll(ctx context.Context) error {
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"ending what an earlier run left behind", b.clean},
		{"compiling the manager and the facade", b.build},
		{"starting etcd and kube-apiserver", b.startPlane},
		{"applying CRDs, roles and policies", b.applyConfig},
		{"admitting a client", b.admitClient},
		{"preparing the services", b.prepareServices},
		{"measuring the services without clusters", b.measureEmpty},
		{fmt.Sprintf("creating %d clusters and their reports", b.options.clusters), b.seed},
	} {
		b.say("%s", step.what)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	for _, row := range b.options.rows {
		b.say("measuring %s", row.name)
		if err := b.want(ctx, row.needs); err != nil {
			return fmt.Errorf("preparing row %s: %w", row.name, err)
		}
		if err := row.run(ctx, b); err != nil {
			return fmt.Errorf("row %s: %w", row.name, errors.Join(err, b.casualty()))
		}
	}
	return nil
}

// clean ends what an earlier run left behind, and removes its state.
func (b *bench) clean(ctx context.Context) error {
	left, err := process.FindUnder(b.dir)
	if err != nil {
		return fmt.Errorf("looking for processes of an earlier run: %w", err)
	}
	for _, p := range left {
		if err := p.Stop(ctx, stopGrace); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return fmt.Errorf("removing the state of an earlier run: %w", err)
	}
	if err := os.MkdirAll(b.dir, 0o700); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	return nil
}

// close ends every process, and removes the state if nobody wants to look at it.
func (b *bench) close(ctx context.Context) error {
	var errs []error
	for name := range b.running {
		errs = append(errs, b.stop(ctx, name))
	}
	if b.plane != nil {
		errs = append(errs, b.plane.Stop(ctx))
	}
	if !b.options.keep {
		errs = append(errs, os.RemoveAll(b.dir))
	}
	return errors.Join(errs...)
}

// casualty is an error about the first process that has died, with the end of its log.
func (b *bench) casualty() error {
	const lines = 25
	for name, p := range b.running {
		if !p.Alive() {
			return fmt.Errorf("%s has ended; the end of its log:\n%s", name, process.LogTail(p.LogFile, lines))
		}
	}
	return nil
}

// say tells how far the run is.
func (b *bench) say(format string, args ...any) {
	elapsed := time.Since(b.report.Begun).Round(100 * time.Millisecond)
	fmt.Fprintf(os.Stderr, "%7s  %s\n", elapsed, fmt.Sprintf(format, args...))
}

// want makes exactly these services run.
func (b *bench) want(ctx context.Context, names []string) error {
	for name := range b.running {
		if !slices.Contains(names, name) {
			if err := b.stop(ctx, name); err != nil {
				return err
			}
		}
	}
	for _, name := range names {
		if _, err := b.start(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
