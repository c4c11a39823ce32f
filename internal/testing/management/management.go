package management

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/testing/kubelet"
)

const (
	nodeName = "node-1"
	registry = "ghcr.io/slipway-dev/"
	// certificateValidity is that of the node's certificate.
	certificateValidity = 365 * 24 * time.Hour
)

// Options say where things are. All are required.
type Options struct {
	// Dir holds all state. It belongs to the cluster: Stop removes it.
	Dir string
	// BinDir holds the binaries of the control plane and of Flux, as hack/tools builds them.
	BinDir string
	// Source is the root of the checkout.
	Source string
}

// Cluster is a running management cluster.
type Cluster struct {
	options Options
	control *controlplane.ControlPlane
	egress  *kubelet.Egress
	node    *kubelet.Kubelet
}

// Start builds the images and starts the cluster. Stop must be called at the end, also after an error of the caller's own.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	c := &Cluster{options: options}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Stop(context.WithoutCancel(ctx)))
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	if err := controlplane.DestroyDir(ctx, c.options.Dir); err != nil {
		return fmt.Errorf("removing what an earlier run left: %w", err)
	}
	if err := c.build(ctx); err != nil {
		return err
	}
	var err error
	if c.egress, err = kubelet.NewEgress(); err != nil {
		return err
	}
	go c.egress.Serve(context.WithoutCancel(ctx)) // until Stop closes it
	if c.control, err = controlplane.Open(c.controlOptions()); err != nil {
		return err
	}
	if err := c.control.Start(ctx); err != nil {
		return err
	}
	return c.startNode(ctx)
}

// controlOptions ask for a control plane with everything that a node needs beside it.
func (c *Cluster) controlOptions() controlplane.Options {
	pki := filepath.Join(c.options.Dir, "pki")
	return controlplane.Options{
		Dir: c.options.Dir, BinDir: c.options.BinDir,
		ControllerManager: true, Scheduler: true, Flux: true, Aggregation: true, Audit: audit(os.Getenv("SLIPWAY_AUDIT_DIR")),
		ExtraArgs: map[controlplane.Component][]string{controlplane.APIServer: append(c.egress.Arguments(),
			"--kubelet-client-certificate="+filepath.Join(pki, "admin.crt"), "--kubelet-client-key="+filepath.Join(pki, "admin.key"))},
	}
}

// audit has what Slipway's service accounts ask for written into a folder, for hack/rights; nil without a folder.
func audit(dir string) *controlplane.Audit {
	if dir == "" {
		return nil
	}
	return &controlplane.Audit{File: filepath.Join(dir, "management.log"), Groups: []string{"system:serviceaccounts:slipway-system"}}
}

func (c *Cluster) startNode(ctx context.Context) error {
	config, err := c.control.RESTConfig()
	if err != nil {
		return err
	}
	ca, _, err := c.control.CA()
	if err != nil {
		return err
	}
	certificate, key, err := c.control.ServingCertificate("kubelet", []string{nodeName}, certificateValidity)
	if err != nil {
		return err
	}
	c.node, err = kubelet.Start(ctx, kubelet.Options{
		Config: config, NodeName: nodeName, Dir: filepath.Join(c.options.Dir, "node"), Images: c.images(),
		ClientCA: ca, ServerCertificate: certificate, ServerKey: key,
	})
	return err
}

// build compiles the commands of the checkout that the chart runs.
func (c *Cluster) build(ctx context.Context) error {
	if err := os.MkdirAll(c.programs(), 0o700); err != nil {
		return fmt.Errorf("making a folder for images: %w", err)
	}
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", c.programs()+string(filepath.Separator),
		"./cmd/manager", "./cmd/apiserver", "./cmd/slipway")
	command.Dir = c.options.Source
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building the images: %w\n%s", err, output)
	}
	return nil
}

// programs is the folder of what images hold. It outlives the cluster: the next one need not link them again.
func (c *Cluster) programs() string { return filepath.Join(c.options.Source, ".local", "images") }

// images are those that the Dockerfile makes.
func (c *Cluster) images() map[string]kubelet.Image {
	program := func(name string) string { return filepath.Join(c.programs(), name) }
	return map[string]kubelet.Image{
		registry + "slipway-manager": {Program: program("manager"), Arguments: []string{"--webhook-host=$(POD_IP)"}},
		registry + "slipway-cli":     {Program: program("slipway")},
		// It looks for its service account where pods have it, unless it is told.
		registry + "slipway-apiserver": {Program: program("apiserver"), Arguments: []string{
			"--bind-address=$(POD_IP)",
			"--kubeconfig=$(KUBECONFIG)", "--authentication-kubeconfig=$(KUBECONFIG)", "--authorization-kubeconfig=$(KUBECONFIG)",
		}},
	}
}

// Kubeconfig is the file with which an administrator reaches the cluster.
func (c *Cluster) Kubeconfig() string { return c.control.AdminKubeconfigFile() }

// RESTConfig is the administrator's client configuration.
func (c *Cluster) RESTConfig() (*rest.Config, error) { return c.control.RESTConfig() }

// Stop ends everything and removes its state.
func (c *Cluster) Stop(ctx context.Context) error {
	var errs []error
	if c.node != nil {
		errs = append(errs, c.node.Stop())
	}
	if c.egress != nil {
		errs = append(errs, c.egress.Close())
	}
	return errors.Join(append(errs, controlplane.DestroyDir(ctx, c.options.Dir))...)
}
