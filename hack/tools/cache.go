package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// cache is the folder that holds everything built:
//
//	<dir>/<tool>/<key>/<tool>   one entry
//	<dir>/bin/<set key>/<tool>  links to the entries of one checkout's table
//	<dir>/.lock                 held by the run that builds
//	<dir>/.building-*           what a run is making; left over only when it was killed
type cache struct{ dir string }

const temporaryPrefix = ".building-"

// openCache finds the cache's folder and makes it.
func openCache() (cache, error) {
	dir := os.Getenv("SLIPWAY_TOOLS_DIR")
	if dir == "" {
		base := os.Getenv("XDG_CACHE_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return cache{}, fmt.Errorf("finding a place for the tools (set SLIPWAY_TOOLS_DIR): %w", err)
			}
			base = filepath.Join(home, ".cache")
		}
		dir = filepath.Join(base, "slipway", "tools")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return cache{}, fmt.Errorf("resolving the tools folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cache{}, fmt.Errorf("making the tools folder (set SLIPWAY_TOOLS_DIR to a writable one): %w", err)
	}
	return cache{dir: dir}, nil
}

// path is where an entry's file lies once it is built.
func (c cache) path(e entry) string { return filepath.Join(c.dir, e.name, e.key, e.name) }

// has reports whether an entry is built. An entry appears by one rename, so its presence means it is whole.
func (c cache) has(e entry) bool {
	info, err := os.Stat(c.path(e))
	return err == nil && info.Mode().IsRegular()
}

// missing returns those entries that are not built.
func (c cache) missing(entries []entry) []entry {
	var out []entry
	for _, e := range entries {
		if !c.has(e) {
			out = append(out, e)
		}
	}
	return out
}

// binDir is the folder of links for a whole table.
func (c cache) binDir(all []entry) string { return filepath.Join(c.dir, "bin", setKey(all)) }

// linked reports whether the folder of links holds all given entries.
func (c cache) linked(all, wanted []entry) bool {
	for _, e := range wanted {
		target, err := os.Readlink(filepath.Join(c.binDir(all), e.name))
		if err != nil || target != c.linkTarget(e) {
			return false
		}
	}
	return true
}

// linkTarget is relative, so that the cache can be moved as a whole.
func (c cache) linkTarget(e entry) string { return filepath.Join("..", "..", e.name, e.key, e.name) }

// link fills the folder of links with every entry that is built.
func (c cache) link(all []entry) error {
	bin := c.binDir(all)
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("making the folder of links: %w", err)
	}
	for _, e := range all {
		name := filepath.Join(bin, e.name)
		if target, err := os.Readlink(name); !c.has(e) || err == nil && target == c.linkTarget(e) {
			continue
		}
		// Symlink does not replace and Remove leaves a gap, so the new link is renamed over whatever stands there.
		temporary := filepath.Join(bin, temporaryPrefix+e.name)
		if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing a stale link: %w", err)
		}
		if err := os.Symlink(c.linkTarget(e), temporary); err != nil {
			return fmt.Errorf("linking %s: %w", e.name, err)
		}
		if err := os.Rename(temporary, name); err != nil {
			return fmt.Errorf("linking %s: %w", e.name, err)
		}
	}
	return nil
}

// sweep removes what killed runs left. Only the holder of the lock may call it.
func (c cache) sweep() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("reading the tools folder: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryPrefix) {
			if err := os.RemoveAll(filepath.Join(c.dir, e.Name())); err != nil {
				return fmt.Errorf("removing what an interrupted build left: %w", err)
			}
		}
	}
	return nil
}

// lock takes the cache's lock and returns how to release it. The kernel releases it too when the process dies, however it
// dies. When another run holds it, a line on progress says so before waiting.
func (c cache) lock(progress io.Writer) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(c.dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the tools folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		fmt.Fprintln(progress, "tools: another run is building; waiting for it to finish")
		for err = syscall.EINTR; errors.Is(err, syscall.EINTR); {
			err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		}
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("locking the tools folder %s: %w", c.dir, err)
	}
	return func() { file.Close() }, nil
}
