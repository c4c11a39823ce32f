package controlplane

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/slipway-dev/slipway/internal/process"
)

const (
	healthPollEvery  = 50 * time.Millisecond
	healthTimeout    = 2 * time.Second
	logLinesInErrors = 15
)

// Start starts every component that does not run, restarts those that run otherwise than they should, and returns when all
// are healthy. Calling it again is cheap and repairs whatever has died. Use a ctx with a deadline.
func (c *ControlPlane) Start(ctx context.Context) error {
	return c.exclusively(ctx, func() error { return c.start(ctx) })
}

// errEnded is in the error of a component that ended while it was waited for.
var errEnded = errors.New("it has ended")

// start is Start, with the locks held. A component may die just after it was seen alive, or lose the race for a port; another
// look repairs either. Each look may find one more that died meanwhile.
func (c *ControlPlane) start(ctx context.Context) error {
	err := c.startOnce(ctx)
	for range c.opts.components() {
		if !errors.Is(err, errEnded) {
			break
		}
		err = c.startOnce(ctx)
	}
	return err
}

func (c *ControlPlane) startOnce(ctx context.Context) error {
	down := map[Component]bool{}
	for _, component := range c.opts.components() {
		p, err := process.Find(recordFile(c.opts.Dir, component))
		if err != nil {
			return fmt.Errorf("looking for %s: %w", component, err)
		}
		down[component] = p == nil
	}
	if err := c.choosePorts(down); err != nil {
		return err
	}
	if err := c.writeKubeconfigs(); err != nil {
		return err
	}
	// The clients of kube-apiserver give up when it is not there, so they come when it is ready.
	all := c.opts.components()
	for i, group := range [][]Component{all[:2], all[2:]} {
		if i > 0 && (down[SourceController] || down[HelmController]) {
			if err := c.applyFluxKinds(ctx); err != nil {
				return err
			}
		}
		for _, component := range group {
			if err := c.ensure(ctx, component); err != nil {
				return err
			}
		}
		for _, component := range group {
			if err := c.waitHealthy(ctx, component); err != nil {
				return err
			}
		}
	}
	return nil
}

// ensure makes one component run as it should.
func (c *ControlPlane) ensure(ctx context.Context, component Component) error {
	spec := c.spec(component)
	wanted, err := spec.Fingerprint()
	if err != nil {
		return err
	}
	p, err := process.Find(spec.RecordFile)
	if err != nil {
		return fmt.Errorf("looking for %s: %w", component, err)
	}
	if p != nil && p.Fingerprint == wanted {
		return nil
	}
	if p != nil {
		if err := p.Stop(ctx, restartGrace(component)); err != nil {
			return err
		}
	}
	if _, err := process.Start(spec); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%w; build it with: go run ./hack/tools local", err)
		}
		return err
	}
	return nil
}

// restartGrace is how long a component may take to end before it is started again. kube-apiserver ends when the last watch has
// ended, which those who watch have no reason to do; requests that are under way are done long before.
func restartGrace(component Component) time.Duration {
	if component == APIServer {
		return time.Second
	}
	return defaultGrace
}

// waitHealthy polls a component's health until it is well, has died, or ctx ends.
func (c *ControlPlane) waitHealthy(ctx context.Context, component Component) error {
	client, err := c.healthClient()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	var last error
	err = wait.PollUntilContextCancel(ctx, healthPollEvery, true, func(ctx context.Context) (bool, error) {
		if last = probe(ctx, client, c.healthURL(component)); last == nil {
			return true, nil
		}
		p, err := process.Find(recordFile(c.opts.Dir, component))
		if err == nil && p == nil {
			err = errEnded
		}
		return false, err
	})
	if err != nil {
		log := logFile(c.opts.Dir, component)
		return fmt.Errorf("waiting for %s to become healthy: %w (%w); the end of its log %s:\n%s",
			component, err, last, log, process.LogTail(log, logLinesInErrors))
	}
	return nil
}

// healthClient trusts the certificate authority and is known as the administrator.
func (c *ControlPlane) healthClient() (*http.Client, error) {
	ca, err := os.ReadFile(c.pki("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	admin, err := tls.LoadX509KeyPair(c.pki("admin.crt"), c.pki("admin.key"))
	if err != nil {
		return nil, fmt.Errorf("reading the administrator's certificate: %w", err)
	}
	return &http.Client{
		Timeout: healthTimeout,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{admin}, MinVersion: tls.VersionTLS12},
		},
	}, nil
}

// probe is nil when a URL answers 200.
func probe(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", url, err)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
