package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/process"
)

// down ends everything, in the reverse of the order in which it was started.
func down(ctx context.Context, l layout, keep bool, p *progress) error {
	if !l.exists() {
		p.say("nothing to do: %s is not a local environment", l.state)
		return nil
	}
	unlock, err := process.Lock(ctx, l.lock())
	if err != nil {
		return err
	}
	defer unlock()

	// What is about to be removed need not be closed in order: helm-controller, for one, would first finish what it is at.
	end, grace := controlplane.DestroyDir, time.Duration(0)
	if keep {
		end, grace = controlplane.StopDir, stopGrace
	}
	for _, name := range slices.Backward(serviceNames) {
		running, err := process.Find(l.record(name))
		if err != nil {
			return fmt.Errorf("looking for %s: %w", name, err)
		}
		if running == nil {
			continue
		}
		p.say("ending %s (process %d)", name, running.PID)
		if err := running.Stop(ctx, grace); err != nil {
			return err
		}
	}
	if err := endTenants(ctx, l, end, p); err != nil {
		return err
	}
	p.say("ending the management cluster")
	if err := end(ctx, l.hub()); err != nil {
		return err
	}
	if err := sweep(ctx, l, p); err != nil {
		return err
	}
	if keep {
		p.say("everything has ended; the data stays in %s", l.state)
		return nil
	}
	if err := os.RemoveAll(l.state); err != nil {
		return fmt.Errorf("removing the state: %w", err)
	}
	p.say("everything has ended; %s is removed", l.state)
	return nil
}

// endTenants ends the simulated clusters' control planes, whoever started them and whether or not that one still lives.
func endTenants(ctx context.Context, l layout, end func(context.Context, string) error, p *progress) error {
	dirs := l.tenantDirs()
	if len(dirs) == 0 {
		return nil
	}
	p.say("ending %d simulated clusters", len(dirs))
	var ending errgroup.Group
	for _, dir := range dirs {
		ending.Go(func() error { return end(ctx, dir) })
	}
	return ending.Wait()
}

// sweep ends whatever else carries a record under the state folder: what was started by someone who was killed before
// finishing, under a name that this version of the program does not know.
func sweep(ctx context.Context, l layout, p *progress) error {
	left, err := process.FindUnder(l.state)
	if err != nil {
		return err
	}
	for _, one := range left {
		p.say("ending %s (process %d), which was left over", one.Name, one.PID)
		if err := one.Stop(ctx, stopGrace); err != nil {
			return err
		}
	}
	return nil
}
