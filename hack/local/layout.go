package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// marker is a file in every state folder: nothing is removed from a folder that lacks it.
const marker = ".slipway-local"

// layout knows where things lie: in the checkout and in the state folder.
type layout struct {
	root  string // the checkout
	state string
}

// newLayout finds the checkout at or above the working folder.
func newLayout(stateDir string) (layout, error) {
	start, err := os.Getwd()
	if err != nil {
		return layout{}, fmt.Errorf("finding the working folder: %w", err)
	}
	root := start
	for {
		if _, err := os.Stat(filepath.Join(root, "hack", "tools", "k8s.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return layout{}, fmt.Errorf("no checkout of Slipway at or above %s; run this from inside one", start)
		}
		root = filepath.Dir(root)
	}
	if stateDir == "" {
		stateDir = filepath.Join(root, defaultState)
	}
	state, err := filepath.Abs(stateDir)
	if err != nil {
		return layout{}, fmt.Errorf("resolving the state folder: %w", err)
	}
	return layout{root: root, state: state}, nil
}

// prepare makes the state folder, or makes sure that an existing one is ours.
func (l layout) prepare() error {
	entries, err := os.ReadDir(l.state)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the state folder: %w", err)
	}
	if len(entries) > 0 && !l.exists() {
		return fmt.Errorf("%s holds something that is not a local environment; choose another --state-dir", l.state)
	}
	if err := os.MkdirAll(l.state, 0o700); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	if err := os.WriteFile(l.path(marker), []byte("A local environment of Slipway. make down removes it.\n"), 0o600); err != nil {
		return fmt.Errorf("marking the state folder: %w", err)
	}
	return nil
}

// exists reports whether there is a state folder of ours.
func (l layout) exists() bool {
	_, err := os.Stat(l.path(marker))
	return err == nil
}

func (l layout) path(elements ...string) string {
	return filepath.Join(append([]string{l.state}, elements...)...)
}

func (l layout) source(elements ...string) string {
	return filepath.Join(append([]string{l.root}, elements...)...)
}

func (l layout) kubeconfig() string         { return l.path("kubeconfig") }
func (l layout) env() string                { return l.path("env") }
func (l layout) hub() string                { return l.path("hub") }
func (l layout) tenants() string            { return l.path("tenants") }
func (l layout) binary(name string) string  { return l.path("bin", name) }
func (l layout) log(name string) string     { return l.path("logs", name+".log") }
func (l layout) record(name string) string  { return l.path("run", name+".json") }
func (l layout) ports() string              { return l.path("ports.json") }
func (l layout) lock() string               { return l.path(".lock") }
func (l layout) webhookCertificate() string { return l.path("webhook") }

// tenantDirs are the folders of the control planes that the kwok-adapter has made.
func (l layout) tenantDirs() []string {
	var dirs []string
	for _, pattern := range []string{"*", filepath.Join("*", "*")} {
		// Glob fails for malformed patterns only.
		found, _ := filepath.Glob(filepath.Join(l.tenants(), pattern, "ports.json"))
		for _, file := range found {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	return dirs
}
