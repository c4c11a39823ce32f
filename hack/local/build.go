package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// ourBinaries are the programs of this module that run in the environment, or are called there.
var ourBinaries = []string{"manager", "kwok-adapter", "apiserver", cliName}

// buildTools has hack/tools build what is missing and learns where the tools are.
func (e *environment) buildTools(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "run", "./hack/tools", "--print-bin-dir", "local")
	var stdout bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = e.root, &stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running hack/tools, which says why above: %w", err)
	}
	e.binDir = strings.TrimSpace(stdout.String())
	return nil
}

// buildBinaries compiles our programs. A process whose binary comes out different is restarted when its turn comes.
func (e *environment) buildBinaries(ctx context.Context) error {
	if err := os.MkdirAll(e.path("bin"), 0o700); err != nil {
		return fmt.Errorf("making a folder for binaries: %w", err)
	}
	for _, name := range ourBinaries {
		// Without the commit in it the binary changes only when the code does.
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", e.binary(name)+".new", "./cmd/"+name)
		cmd.Dir = e.root
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("compiling cmd/%s: %w:\n%s", name, err, out)
		}
		// Renaming leaves a running process its old file.
		if err := os.Rename(e.binary(name)+".new", e.binary(name)); err != nil {
			return fmt.Errorf("putting %s in place: %w", name, err)
		}
	}
	return nil
}
