package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// fieldManager is the owner of the fields that up applies.
const fieldManager = "slipway-local"

// kubectl runs the pinned kubectl against the management cluster and returns its standard output.
func (e *environment) kubectl(ctx context.Context, stdin []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, e.tool("kubectl"), args...)
	cmd.Dir = e.root
	cmd.Env = append(os.Environ(), "KUBECONFIG="+e.kubeconfig())
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return stdout.String(), nil
}

// apply applies manifests server-side; args say which (-f or -k), stdin is for "-f -".
func (e *environment) apply(ctx context.Context, stdin []byte, args ...string) error {
	command := []string{"apply", "--server-side", "--force-conflicts", "--field-manager=" + fieldManager}
	_, err := e.kubectl(ctx, stdin, append(command, args...)...)
	return err
}
