package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const (
	pollEvery = 20 * time.Millisecond
	// killPatience bounds how long the kernel may take to end a process after SIGKILL.
	killPatience = 10 * time.Second
)

// Alive reports whether this very process still runs: its id exists, is no zombie, and began when the record says.
func (p *Process) Alive() bool {
	started, err := startOf(p.PID)
	return err == nil && started == p.Started
}

// Stop ends the process: SIGTERM, then, after the grace or when ctx ends, SIGKILL. A grace of zero kills at once. It
// returns when the process is gone, and removes the record. Stopping what does not run is no error.
func (p *Process) Stop(ctx context.Context, grace time.Duration) error {
	if grace > 0 && p.Alive() {
		if err := p.signal(syscall.SIGTERM); err != nil {
			return err
		}
		// Running out of patience is what SIGKILL is for, so this error has its answer below.
		_ = p.waitGone(ctx, grace)
	}
	if p.Alive() {
		if err := p.signal(syscall.SIGKILL); err != nil {
			return err
		}
		if err := p.waitGone(context.WithoutCancel(ctx), killPatience); err != nil {
			return fmt.Errorf("%s (process %d) does not end even when killed: %w", p.Name, p.PID, err)
		}
	}
	// Someone may have started a successor and recorded it meanwhile; that record is not ours to remove.
	if current, err := read(p.file); err != nil || current != nil && (current.PID != p.PID || current.Started != p.Started) {
		return err
	}
	if err := os.Remove(p.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the record of %s: %w", p.Name, err)
	}
	return nil
}

func (p *Process) waitGone(ctx context.Context, patience time.Duration) error {
	return wait.PollUntilContextTimeout(ctx, pollEvery, patience, true, func(context.Context) (bool, error) {
		return !p.Alive(), nil
	})
}

// signal sends a signal to this very process. The handle is taken before the start time is compared: on Linux it is a
// pidfd, which stays with the process it was opened for, so the id cannot be recycled in between.
func (p *Process) signal(sig os.Signal) error {
	handle, err := os.FindProcess(p.PID)
	if err != nil {
		return fmt.Errorf("finding process %d of %s: %w", p.PID, p.Name, err)
	}
	defer func() { _ = handle.Release() }()
	if !p.Alive() {
		return nil
	}
	if err := handle.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signalling %s (process %d): %w", p.Name, p.PID, err)
	}
	return nil
}
