package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// cliName is the program for operators.
const cliName = "slipway"

// restoring is the step that brings a fleet back from an archive, as an operator would: while manager and Flux run, and before the
// kwok-adapter does, which takes tenants whose Clusters are not there for leftovers. Without an archive it is none.
func (e *environment) restoring() step {
	if e.backup == "" {
		return step{run: func(context.Context) error { return nil }}
	}
	return step{"bringing the fleet back from " + e.backup, e.restoreFleet}
}

func (e *environment) restoreFleet(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, e.binary(cliName), "--kubeconfig", e.kubeconfig(), "restore", "--file", e.backup)
	output, err := cmd.CombinedOutput()
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		e.say("  %s", lines.Text())
	}
	if err != nil {
		return fmt.Errorf("slipway restore, which says why above: %w", err)
	}
	return nil
}
