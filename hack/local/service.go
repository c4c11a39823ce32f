package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/slipway-dev/slipway/internal/process"
)

const (
	pollEvery      = 100 * time.Millisecond
	stopGrace      = 10 * time.Second
	logLinesShown  = 25
	requestTimeout = 2 * time.Second
)

// service is a process of ours beside the management cluster's.
type service struct {
	name string
	// ports are what it listens on, by the use it makes of them; each is kept as <name>-<use>.
	ports []string
	// health is the port and the path that answer 200 once it does its work.
	healthPort, healthPath string
	// dirs are folders that it wants to find.
	dirs []string
	// spec says how to start it, given the address of each of its ports.
	spec func(address func(use string) string) process.Spec
}

// expectation is a process that should be alive.
type expectation struct{ name, record, log string }

func (e *environment) expect(name, record, log string) {
	e.expected = append(e.expected, expectation{name: name, record: record, log: log})
}

// address is where a service listens.
func (e *environment) address(service, use string) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(e.ports[service+"-"+use]))
}

// run makes a service run as it should, and waits until it is healthy.
func (e *environment) run(ctx context.Context, s service) error {
	p, err := process.Find(e.record(s.name))
	if err != nil {
		return fmt.Errorf("looking for %s: %w", s.name, err)
	}
	if err := e.choosePorts(s, p == nil); err != nil {
		return err
	}
	for _, dir := range s.dirs {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("making a folder for %s: %w", s.name, err)
		}
	}
	spec := s.spec(func(use string) string { return e.address(s.name, use) })
	spec.Name, spec.LogFile, spec.RecordFile = s.name, e.log(s.name), e.record(s.name)
	spec.Inputs = append(spec.Inputs, spec.Path)
	wanted, err := spec.Fingerprint()
	if err != nil {
		return err
	}
	if p != nil && p.Fingerprint != wanted {
		e.say("  %s has changed; restarting it", s.name)
		if err := p.Stop(ctx, stopGrace); err != nil {
			return err
		}
		p = nil
	}
	if p == nil {
		if p, err = process.Start(spec); err != nil {
			return err
		}
	}
	e.expect(s.name, spec.RecordFile, spec.LogFile)
	url := "http://" + e.address(s.name, s.healthPort) + s.healthPath
	if err := e.waitFor(ctx, func(ctx context.Context) error { return get(ctx, url) }); err != nil {
		return fmt.Errorf("waiting for %s to become healthy: %w; the end of its log %s:\n%s",
			s.name, err, spec.LogFile, process.LogTail(spec.LogFile, logLinesShown))
	}
	e.say("  %s is ready (process %d)", s.name, p.PID)
	return nil
}

func (e *environment) choosePorts(s service, down bool) error {
	changed := false
	for _, use := range s.ports {
		changedOne, err := e.ports.Choose(s.name+"-"+use, down)
		if err != nil {
			return err
		}
		changed = changed || changedOne
	}
	if !changed {
		return nil
	}
	return e.ports.Save(e.layout.ports())
}

// waitFor repeats a check until it passes. It fails when ctx ends, with the check's last word, or when a process that is
// expected to live has died.
func (e *environment) waitFor(ctx context.Context, check func(context.Context) error) error {
	var last error
	err := wait.PollUntilContextCancel(ctx, pollEvery, true, func(ctx context.Context) (bool, error) {
		err := check(ctx)
		if err == nil {
			last = nil
			return true, nil
		}
		if ctx.Err() == nil {
			last = err // what a check says once its time is over is about the time only
		}
		return false, e.casualty()
	})
	if err != nil && last != nil {
		return fmt.Errorf("%w (%w)", err, last)
	}
	return err
}

// casualty is an error about the first expected process that has died, with the end of its log.
func (e *environment) casualty() error {
	for _, expected := range e.expected {
		p, err := process.Find(expected.record)
		if err != nil {
			return fmt.Errorf("looking for %s: %w", expected.name, err)
		}
		if p == nil {
			return fmt.Errorf("%s has ended; the end of its log %s:\n%s",
				expected.name, expected.log, process.LogTail(expected.log, logLinesShown))
		}
	}
	return nil
}

// get is nil when a URL answers 200.
func get(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", url, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
