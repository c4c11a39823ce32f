package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/process"
)

// environment is what the steps of up share. Each field says which step fills it.
type environment struct {
	layout
	*progress
	binDir string                     // buildTools
	hub    *controlplane.ControlPlane // startHub
	ports  process.Ports              // up
	// facades is how many facades are to run.
	facades int
	// backup is the archive that the fleet comes from, empty for none.
	backup string
	// clusterID is the id of the sample cluster.
	clusterID string // waitForSamples
	// expected are the processes that have been started or found: none of them may die while up waits for something.
	expected []expectation
}

// step is one line of the table of contents.
type step struct {
	name string
	run  func(context.Context) error
}

// upOptions are what up can be told.
type upOptions struct {
	timeout time.Duration
	facades int
	backup  string
}

// up brings the environment to where it should be.
func up(ctx context.Context, l layout, o upOptions, p *progress) error {
	if err := l.prepare(); err != nil {
		return err
	}
	lockCtx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	unlock, err := process.Lock(lockCtx, l.lock())
	if err != nil {
		return err
	}
	defer unlock()
	e := &environment{layout: l, progress: p, facades: o.facades, backup: o.backup}
	if e.ports, err = process.LoadPorts(l.ports()); err != nil {
		return err
	}
	if err := e.runSteps(ctx, []step{
		{"building the pinned tools that are missing", e.buildTools},
		{"building our binaries", e.buildBinaries},
	}); err != nil {
		return err
	}

	ctx, cancel = context.WithTimeout(ctx, o.timeout)
	defer cancel()
	return e.runSteps(ctx, []step{
		{"starting the management cluster", e.startHub},
		{"applying CRDs", e.applyCRDs},
		{"applying roles", e.applyRoles},
		{"applying admission policies", e.applyPolicies},
		{"serving the sample charts", e.serveCharts},
		{"starting Flux", e.startFlux},
		{"starting the manager", e.startManager},
		{"applying webhooks", e.applyWebhooks},
		e.restoring(),
		{"starting the kwok-adapter", e.startAdapter},
		{"starting the facade", e.startFacades},
		{"making the facade an aggregated API", e.aggregateFacade},
		{"applying the catalogue", e.applyCatalogue},
		{"applying the samples", e.applySamples},
		{"issuing a token for REST clients", e.issueToken},
		{"issuing an access key for REST clients", e.issueAccessKey},
		{"waiting for the sample cluster and its add-on", e.waitForSamples},
		{"", e.summarize},
	})
}

func (e *environment) runSteps(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if s.name != "" {
			e.say("%s", s.name)
		}
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// startHub runs the management cluster and writes what users need to reach it.
func (e *environment) startHub(ctx context.Context) error {
	hub, err := controlplane.Open(controlplane.Options{
		Dir: e.layout.hub(), BinDir: e.binDir, ControllerManager: true, Aggregation: true, Audit: e.audit(os.Getenv(auditVariable)),
		// Some distributions have it on: who makes an object that holds up the deletion of its owner must have a right on the owner.
		ExtraArgs: map[controlplane.Component][]string{
			controlplane.APIServer: {"--enable-admission-plugins=OwnerReferencesPermissionEnforcement"},
		},
	})
	if err != nil {
		return err
	}
	if err := hub.Start(ctx); err != nil {
		return err
	}
	e.hub = hub
	for component := range hub.Running() {
		name := controlplane.Component(component)
		e.expect("hub/"+component, hub.RecordFile(name), hub.LogFile(name))
	}
	kubeconfig, err := hub.AdminKubeconfig()
	if err != nil {
		return err
	}
	if err := os.WriteFile(e.kubeconfig(), kubeconfig, 0o600); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	if err := errors.Join(e.writeCA(), e.writeEnv()); err != nil {
		return err
	}
	e.say("  %s is ready", hub.Endpoint())
	return nil
}
