package controlplane

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/slipway-dev/slipway/internal/process"
)

// stopOrder ends clients before servers, so that nobody waits for somebody who is gone. Each group stops at once.
var stopOrder = [][]Component{{HelmController, SourceController, Kwok, Scheduler, ControllerManager}, {APIServer}, {Etcd}}

// Stop ends every component; data, certificates and ports are kept. Stopping what does not run is no error.
func (c *ControlPlane) Stop(ctx context.Context) error {
	return c.exclusively(ctx, func() error { return stop(ctx, c.opts.Dir, defaultGrace) })
}

// Destroy kills every component and removes the folder with everything in it.
func (c *ControlPlane) Destroy(ctx context.Context) error {
	return c.exclusively(ctx, func() error { return destroy(ctx, c.opts.Dir) })
}

// StopDir is Stop for a control plane of which only the folder is known, whatever it was opened with.
func StopDir(ctx context.Context, dir string) error { return stop(ctx, dir, defaultGrace) }

// DestroyDir is Destroy for a control plane of which only the folder is known.
func DestroyDir(ctx context.Context, dir string) error { return destroy(ctx, dir) }

func destroy(ctx context.Context, dir string) error {
	// What is about to be removed need not be closed in order.
	if err := stop(ctx, dir, 0); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("removing the control plane's folder: %w", err)
	}
	return nil
}

func stop(ctx context.Context, dir string, grace time.Duration) error {
	for _, group := range stopOrder {
		var stopping errgroup.Group
		for _, component := range group {
			stopping.Go(func() error {
				p, err := process.Find(recordFile(dir, component))
				if err != nil {
					return fmt.Errorf("looking for %s: %w", component, err)
				}
				if p == nil {
					return nil
				}
				return p.Stop(ctx, grace)
			})
		}
		if err := stopping.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// Status is what can be said of one component from outside.
type Status struct {
	Component Component
	// PID is zero when the component does not run.
	PID     int
	Address string
	Log     string
}

// Inspect says of each component of the control plane in a folder that was ever given a port whether it runs.
func Inspect(dir string) ([]Status, error) {
	kept, err := loadPorts(dir)
	if err != nil {
		return nil, err
	}
	var out []Status
	for _, component := range []Component{Etcd, APIServer, ControllerManager, Scheduler, Kwok, SourceController, HelmController} {
		port, known := kept[string(component)]
		if !known {
			continue
		}
		status := Status{Component: component, Address: loopback(port), Log: logFile(dir, component)}
		p, err := process.Find(recordFile(dir, component))
		if err != nil {
			return nil, fmt.Errorf("looking for %s: %w", component, err)
		}
		if p != nil {
			status.PID = p.PID
		}
		out = append(out, status)
	}
	return out, nil
}
