package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/apiserver/pkg/server"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/metrics/legacyregistry"
	_ "k8s.io/component-base/metrics/prometheus/restclient" // metrics of requests to the management cluster
	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/apiserver"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet"
	"github.com/slipway-dev/slipway/internal/facade/iaas"
	"github.com/slipway-dev/slipway/internal/facade/nks"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/telemetry"
)

func init() {
	name, _ := build()
	legacyregistry.Registerer().MustRegister(telemetry.Build("apiserver", name))
}

func main() {
	if err := newCommand().ExecuteContext(server.SetupSignalContext()); err != nil {
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
}

// dialects is the one list of what the facade speaks.
func dialects(h hub.Hub, options apiserver.NKSOptions) ([]facade.Dialect, error) {
	name, buildTime := build()
	fleet, err := hyperfleet.New(h, clock.RealClock{}, hyperfleet.Info{Version: name, BuildTime: buildTime})
	if err != nil {
		return nil, err
	}
	addons, err := iaas.New(h, rand.Reader)
	if err != nil {
		return nil, err
	}
	engine, err := cce.New(h)
	if err != nil {
		return nil, err
	}
	magnum, err := nks.New(h, clock.RealClock{}, nks.Options{
		Strict: options.Strict, TaskWait: options.TaskWait, PublicURL: options.PublicURL, IdentityURL: options.IdentityURL,
	})
	if err != nil {
		return nil, err
	}
	return []facade.Dialect{fleet, addons, engine, magnum}, nil
}

func newCommand() *cobra.Command {
	options := apiserver.NewOptions()
	logging := newLogging()
	command := &cobra.Command{
		Use:   "apiserver",
		Short: "Slipway's REST facade",
		Long: "apiserver serves the fleet to REST clients, in the dialects that they know, directly and as the aggregated API\n" +
			"rest.slipway.dev of a management cluster.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(logging.validate(), options.Validate()); err != nil {
				return err
			}
			logging.apply()
			return run(cmd.Context(), options)
		},
	}
	sets := options.Flags()
	logging.addFlags(sets.FlagSet("logging"))
	for _, set := range sets.FlagSets {
		command.Flags().AddFlagSet(set)
	}
	cliflag.SetUsageAndHelpFunc(command, sets, 0)
	return command
}

// run builds the server and runs it until the context ends.
func run(ctx context.Context, options *apiserver.Options) error {
	config, err := options.Config(ctx, func(h hub.Hub) ([]facade.Dialect, error) { return dialects(h, options.NKS) })
	if err != nil {
		return err
	}
	facadeServer, err := config.New(ctx)
	if err != nil {
		return err
	}
	return facadeServer.Run(ctx)
}
