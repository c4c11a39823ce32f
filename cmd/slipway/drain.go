package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-dev/slipway/internal/installation"
)

func newDrain(target *cluster) *cobra.Command {
	var (
		yes      bool
		patience time.Duration
	)
	command := &cobra.Command{
		Use:   "drain",
		Short: "Delete all objects of the fleet, before Slipway is uninstalled",
		Long: "drain deletes every Cluster, NodePool and Addon in every namespace, waits until the manager and the adapters have cleaned\n" +
			"up behind them, and then deletes the records and the catalogue. The manager has to run. Tenant clusters end with their\n" +
			"Clusters, where the adapter made them. Definitions of kinds stay.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fleet, err := target.client()
			if err != nil {
				return err
			}
			drain := installation.Drain{
				Client:   fleet,
				Progress: func(line string) { fmt.Fprintln(cmd.OutOrStdout(), line) },
			}
			if !yes {
				if err := drain.Count(cmd.Context()); err != nil {
					return err
				}
				return errors.New("nothing was deleted; repeat with --yes to delete all of this")
			}
			return drain.Run(cmd.Context(), patience)
		},
	}
	command.Flags().BoolVar(&yes, "yes", false, "Delete. Without it drain only says what there is.")
	command.Flags().DurationVar(&patience, "timeout", 10*time.Minute, "How long to wait until all is gone.")
	return command
}
