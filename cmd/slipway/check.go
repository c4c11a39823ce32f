package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/client-go/discovery"

	"github.com/slipway-dev/slipway/internal/installation"
)

func newCheck(target *cluster) *cobra.Command {
	var patience time.Duration
	command := &cobra.Command{
		Use:   "check",
		Short: "Say whether this installation works",
		Long: "check asks whether the kinds of the fleet and of Flux are served, whether manager and facade run, whether the webhooks\n" +
			"answer, and whether the API server reaches the facade. It changes nothing. It ends with an error when something is amiss.\n\n" +
			"It needs the rights to get Deployments in Slipway's namespace, to get APIServices and to create Platforms; it creates\n" +
			"none, for what it asks for is a dry run that the webhooks have to refuse.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			installed, err := target.installation()
			if err != nil {
				return err
			}
			findings := installed.AwaitSound(cmd.Context(), patience)
			return report(cmd.OutOrStdout(), findings)
		},
	}
	command.Flags().DurationVar(&patience, "wait", 0, "How long to wait for everything to be well, such as 2m.")
	return command
}

// installation is Slipway as installed in the cluster.
func (c *cluster) installation() (*installation.Installation, error) {
	config, err := c.config()
	if err != nil {
		return nil, err
	}
	kinds, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("building the client: %w", err)
	}
	objects, err := c.client()
	if err != nil {
		return nil, err
	}
	return &installation.Installation{
		Client: objects,
		Kinds:  func(group string) ([]string, error) { return served(kinds, group) },
		Facade: func(ctx context.Context) error {
			return kinds.RESTClient().Get().AbsPath(installation.FacadePath).Do(ctx).Error()
		},
		Namespace: c.namespace,
	}, nil
}

// served lists the resources that the API server serves in a group and version.
func served(kinds discovery.ServerResourcesInterface, groupVersion string) ([]string, error) {
	list, err := kinds.ServerResourcesForGroupVersion(groupVersion)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(list.APIResources))
	for _, resource := range list.APIResources {
		names = append(names, resource.Name)
	}
	return names, nil
}

// report prints findings, and is an error when one of them is bad.
func report(out io.Writer, findings []installation.Finding) error {
	bad := 0
	for _, finding := range findings {
		if finding.Err != nil {
			bad++
			fmt.Fprintf(out, "FAIL  %s: %v\n", finding.Subject, finding.Err)
			continue
		}
		fmt.Fprintf(out, "ok    %s\n", finding.Subject)
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d checks failed", bad, len(findings))
	}
	return nil
}
