package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctrl.SetLogger(klog.Background()) // warnings of the API server go to standard error
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "slipway:", err)
		os.Exit(1)
	}
}

// newCommand is the root of all subcommands.
func newCommand() *cobra.Command {
	target := &cluster{}
	command := &cobra.Command{
		Use:           "slipway",
		Short:         "Operate an installation of Slipway",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	target.addFlags(command.PersistentFlags())
	command.AddCommand(newCheck(target), newDrain(target), newBackup(target), newRestore(target))
	return command
}
