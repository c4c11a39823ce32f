package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	progressEvery = 15 * time.Second
	tailLines     = 30
)

// builder makes entries, one at a time: the compiler uses every core by itself.
type builder struct {
	root, modDir string
	cache        cache
	progress     io.Writer
}

// ensure builds what is missing of wanted, and links everything of all that is built.
func (b builder) ensure(ctx context.Context, all, wanted []entry) error {
	// Nothing under a key ever changes, so finding all of it there needs no lock.
	if len(b.cache.missing(wanted)) == 0 && b.cache.linked(all, wanted) {
		return nil
	}
	unlock, err := b.cache.lock(b.progress)
	if err != nil {
		return err
	}
	defer unlock()
	if err := b.cache.sweep(); err != nil {
		return err
	}
	missing := b.cache.missing(wanted)
	b.announce(missing)
	started := time.Now()
	for i, e := range missing {
		if err := b.makeOne(ctx, e, i+1, len(missing)); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		b.say("built %d in %s", len(missing), roughly(time.Since(started)))
	}
	return b.cache.link(all)
}

// announce says what is going to be built and how long it takes when the build cache is empty.
func (b builder) announce(missing []entry) {
	if len(missing) == 0 {
		return
	}
	names := make([]string, 0, len(missing))
	var estimate time.Duration
	for _, e := range missing {
		names = append(names, e.name)
		estimate += e.cold
	}
	b.say("building %d that are missing: %s", len(missing), strings.Join(names, ", "))
	b.say("this happens once per version; up to %s on two cores with an empty Go build cache", roughly(estimate))
}

// makeOne builds one entry under a temporary name and renames it into place.
func (b builder) makeOne(ctx context.Context, e entry, number, of int) error {
	temporary, err := os.MkdirTemp(b.cache.dir, temporaryPrefix)
	if err != nil {
		return fmt.Errorf("making a folder to build in: %w", err)
	}
	defer os.RemoveAll(temporary)
	if err := os.Chmod(temporary, 0o755); err != nil {
		return fmt.Errorf("opening the build folder to other users: %w", err)
	}

	b.say("[%d/%d] %s %s", number, of, e.name, e.version)
	started := time.Now()
	file := filepath.Join(temporary, e.name)
	if e.isAsset() {
		err = b.join(e, file)
	} else {
		err = b.compile(ctx, e, file)
	}
	if err != nil {
		return err
	}
	final := filepath.Dir(b.cache.path(e))
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", e.name, err)
	}
	// A folder without its file can only be what someone else deleted from; rename needs it out of the way.
	if err := os.RemoveAll(final); err != nil {
		return fmt.Errorf("clearing the place of %s: %w", e.name, err)
	}
	if err := os.Rename(temporary, final); err != nil {
		return fmt.Errorf("putting %s in place: %w", e.name, err)
	}
	b.say("[%d/%d] %s done in %s", number, of, e.name, roughly(time.Since(started)))
	return nil
}

// compile runs go build, with a sign of life now and then.
func (b builder) compile(ctx context.Context, e entry, file string) error {
	args := append([]string{"build", "-modfile=" + filepath.Join("hack", "tools", e.mod+".mod")}, buildFlags(e.tool)...)
	cmd := goCommand(b.root, append(args, "-o", file, e.pkg)...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log

	started := time.Now()
	if err := runCancellable(ctx, cmd, func() {
		b.say("  … %s: %s of about %s", e.name, roughly(time.Since(started)), roughly(e.cold))
	}); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted while building %s; nothing half-made stays behind, run it again to go on", e.name)
		}
		return fmt.Errorf("building %s: %w; the end of the compiler's output:\n%s", e.name, err, tail(log.String(), tailLines))
	}
	return nil
}

// runCancellable runs a command in a process group of its own, calls alive every progressEvery, and ends the whole group
// when ctx ends: go build passes no signal on to the compilers it started.
func runCancellable(ctx context.Context, cmd *exec.Cmd, alive func()) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", cmd.Args[0], err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-ticker.C:
			alive()
		case <-ctx.Done():
			// An error means that the group has ended already.
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
			return errors.Join(ctx.Err(), <-done)
		}
	}
}

func (b builder) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "tools: "+format+"\n", args...)
}

// roughly rounds a duration to what a person wants to read.
func roughly(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(10 * time.Second).String()
}

// tail keeps the last lines of a text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
