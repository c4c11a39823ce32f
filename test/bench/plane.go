package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/rest"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	systemNamespace = "slipway-system"
	startPatience   = time.Minute
)

// startPlane starts etcd and kube-apiserver.
func (b *bench) startPlane(ctx context.Context) error {
	policy := filepath.Join(b.dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, fmt.Appendf(nil, auditPolicy, userOf(facadeAccount)), 0o600); err != nil {
		return fmt.Errorf("writing the audit policy: %w", err)
	}
	b.audit.file = filepath.Join(b.dir, "audit.log")
	plane, err := controlplane.Open(controlplane.Options{
		Dir: filepath.Join(b.dir, "hub"), BinDir: b.tools, Aggregation: true,
		ExtraArgs: map[controlplane.Component][]string{
			controlplane.APIServer: {"--audit-policy-file=" + policy, "--audit-log-path=" + b.audit.file},
		},
	})
	if err != nil {
		return err
	}
	b.plane = plane
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := plane.Start(ctx); err != nil {
		return err
	}
	config, err := plane.RESTConfig()
	if err != nil {
		return err
	}
	b.admin, err = endpointOf(config)
	return err
}

// endpointOf turns a client configuration into an endpoint.
func endpointOf(config *rest.Config) (load.Endpoint, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(config.CAData) {
		return load.Endpoint{}, errors.New("the control plane has no certificate authority")
	}
	e := load.Endpoint{
		Address: strings.TrimPrefix(config.Host, "https://"), Token: config.BearerToken,
		TLS: &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12},
	}
	if len(config.CertData) > 0 {
		pair, err := tls.X509KeyPair(config.CertData, config.KeyData)
		if err != nil {
			return e, fmt.Errorf("reading a client certificate: %w", err)
		}
		e.TLS.Certificates = []tls.Certificate{pair}
	}
	return e, nil
}

// userOf is the user name of a service account of ours.
func userOf(account string) string { return "system:serviceaccount:" + systemNamespace + ":" + account }

// applyConfig applies what an installation has, except the webhooks: both ways of creating a Cluster would pay for them alike,
// and look more alike than they are.
func (b *bench) applyConfig(ctx context.Context) error {
	if err := b.apply(ctx, nil, "-f", filepath.Join(b.tools, "flux-crds.yaml"), "-f", filepath.Join(b.root, "config", "crd", "bases")); err != nil {
		return err
	}
	if err := b.kubectl(ctx, nil, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"); err != nil {
		return err
	}
	for _, dir := range []string{"rbac", "rbac/apiserver", "policy"} {
		if err := b.apply(ctx, nil, "-k", filepath.Join(b.root, "config", filepath.FromSlash(dir))); err != nil {
			return err
		}
	}
	return b.apply(ctx, []byte(manifests), "-f", "-")
}

func (b *bench) apply(ctx context.Context, stdin []byte, args ...string) error {
	return b.kubectl(ctx, stdin, append([]string{"apply", "--server-side", "--force-conflicts"}, args...)...)
}

func (b *bench) kubectl(ctx context.Context, stdin []byte, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(b.tools, "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+b.plane.AdminKubeconfigFile())
	cmd.Stdin = bytes.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// build compiles our programs.
func (b *bench) build(ctx context.Context) error {
	for _, name := range []string{managerName, facadeName} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(b.dir, "bin", name), "./cmd/"+name)
		cmd.Dir = b.root
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("compiling cmd/%s: %w:\n%s", name, err, out)
		}
	}
	return nil
}

// pids returns the processes that are measured, by the name that the table shows.
func (b *bench) pids() (map[string]int, error) {
	pids := map[string]int{}
	for _, component := range []controlplane.Component{controlplane.Etcd, controlplane.APIServer} {
		p, err := process.Find(b.plane.RecordFile(component))
		if err != nil {
			return nil, fmt.Errorf("looking for %s: %w", component, err)
		}
		if p == nil {
			return nil, fmt.Errorf("%s has ended; the end of its log:\n%s", component, process.LogTail(b.plane.LogFile(component), 25))
		}
		pids[string(component)] = p.PID
	}
	for name, p := range b.running {
		pids[name] = p.PID
	}
	return pids, nil
}
