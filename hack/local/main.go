package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

const (
	defaultTimeout = 5 * time.Minute
	defaultState   = ".local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "local:", err)
		if ctx.Err() != nil {
			fmt.Fprintln(os.Stderr, "local: interrupted; what runs goes on running: up continues, down ends it")
		}
		os.Exit(1)
	}
}

// options are what all subcommands share.
type options struct {
	stateDir string
	timeout  time.Duration
}

func newCommand() *cobra.Command {
	var opts options
	root := &cobra.Command{
		Use:           "local",
		Short:         "Slipway on this machine: a management cluster and simulated tenant clusters, on 127.0.0.1",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&opts.stateDir, "state-dir", "",
		"folder that holds everything of this environment (default: "+defaultState+" in the checkout)")
	root.PersistentFlags().DurationVar(&opts.timeout, "timeout", defaultTimeout,
		"how long it may take, not counting the building of tools and binaries")
	root.AddCommand(upCommand(&opts), downCommand(&opts), statusCommand(&opts))
	return root
}

func upCommand(opts *options) *cobra.Command {
	var (
		facades int
		archive string
	)
	command := &cobra.Command{
		Use:   "up",
		Short: "Start everything that does not run, and wait until the sample cluster and its add-on are ready",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := newLayout(opts.stateDir)
			if err != nil {
				return err
			}
			if facades < 1 || facades > maxFacades {
				return fmt.Errorf("--facades must be between 1 and %d, not %d", maxFacades, facades)
			}
			return up(cmd.Context(), l, upOptions{timeout: opts.timeout, facades: facades, backup: archive}, newProgress(cmd.OutOrStdout()))
		},
	}
	command.Flags().StringVar(&archive, "restore", "", "an archive of slipway backup, whose fleet is brought back before the kwok-adapter looks")
	command.Flags().IntVar(&facades, "facades", 1, "how many REST facades run; the env file names the second one's address SLIPWAY_URL_2")
	return command
}

func downCommand(opts *options) *cobra.Command {
	var keep bool
	command := &cobra.Command{
		Use:   "down",
		Short: "End every process, the simulated clusters' too, and remove the state",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := newLayout(opts.stateDir)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), opts.timeout)
			defer cancel()
			return down(ctx, l, keep, newProgress(cmd.OutOrStdout()))
		},
	}
	command.Flags().BoolVar(&keep, "keep", false, "end the processes but keep the data, for the next up")
	return command
}

func statusCommand(opts *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what runs, where it listens and where it logs",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := newLayout(opts.stateDir)
			if err != nil {
				return err
			}
			return status(l, cmd.OutOrStdout())
		},
	}
}
