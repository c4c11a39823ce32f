package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/testing/management"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func main() {
	stateDir := flag.String("state-dir", filepath.Join(testenv.Root(), ".local", "bare"), "The folder for all state; it is removed at the end.")
	flag.Parse()
	klog.SetOutput(os.Stderr)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *stateDir); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stateDir string) error {
	binDir, err := tools(ctx)
	if err != nil {
		return err
	}
	fmt.Println("starting a management cluster (the first time builds its programs)")
	cluster, err := management.Start(ctx, management.Options{Dir: stateDir, BinDir: binDir, Source: testenv.Root()})
	if err != nil {
		return err
	}
	env := filepath.Join(stateDir, "env")
	lines := fmt.Sprintf("export KUBECONFIG=%q\nexport PATH=%q:\"$PATH\"\n", cluster.Kubeconfig(), binDir)
	err = os.WriteFile(env, []byte(lines), 0o600)
	if err == nil {
		fmt.Printf("ready; in another terminal: . %s\nthis one waits to be interrupted\n", env)
		<-ctx.Done()
	}
	return errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
}

// tools is the folder with the pinned tools, which are built where they are missing.
func tools(ctx context.Context) (string, error) {
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir, nil
	}
	command := exec.CommandContext(ctx, "go", "run", "./hack/tools", "--print-bin-dir", "local")
	command.Dir, command.Stderr = testenv.Root(), os.Stderr
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("building the tools: %w", err)
	}
	return strings.TrimSpace(string(output)), nil
}
