package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// buildFlags are the flags of go build for a tool, beside -modfile and -o. The same flags everywhere keep one build cache
// warm for all.
func buildFlags(t tool) []string {
	flags := []string{"-buildvcs=false", "-trimpath", "-ldflags", t.flags}
	if t.tags != "" {
		flags = append(flags, "-tags", t.tags)
	}
	return flags
}

// goCommand prepares the go command in the repository's root, shielded from settings of the caller that would change what
// is built or make -modfile fail (GOFLAGS=-mod=vendor, an outer go.work).
func goCommand(root string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains([]string{"GOFLAGS", "GOWORK", "CGO_ENABLED", "GO111MODULE", "GOEXPERIMENT"}, name)
	})
	// GOFLAGS is set, and not just removed, so that a value written by "go env -w" does not apply either.
	cmd.Env = append(cmd.Env, "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0", "GO111MODULE=on")
	return cmd
}

// output runs a short command and returns its standard output; the error carries what it wrote to standard error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if detail := strings.TrimSpace(stderr.String()); detail != "" {
			err = errors.Join(err, errors.New(detail))
		}
		return nil, fmt.Errorf("running %s: %w", strings.Join(cmd.Args, " "), err)
	}
	return stdout.Bytes(), nil
}
