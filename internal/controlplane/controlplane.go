package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/process"
)

// Component is the name of one process of a control plane.
type Component string

// The components, which are also the names of their binaries.
const (
	Etcd              Component = "etcd"
	APIServer         Component = "kube-apiserver"
	ControllerManager Component = "kube-controller-manager"
	Scheduler         Component = "kube-scheduler"
	Kwok              Component = "kwok"
	SourceController  Component = "source-controller"
	HelmController    Component = "helm-controller"
)

const (
	defaultServiceCIDR = "10.96.0.0/16"
	defaultValidity    = 5 * 365 * 24 * time.Hour
	defaultGrace       = 10 * time.Second
	// openPatience bounds how long Open waits for another program that is changing the same control plane.
	openPatience = time.Minute
)

// Options say what a control plane is made of. Dir and BinDir are required.
type Options struct {
	// Dir holds all its state. It belongs to the control plane: Destroy removes it.
	Dir string
	// BinDir holds the binaries, named like the components, as hack/tools builds them.
	BinDir string

	// ControllerManager, Scheduler and Kwok say which components run beside etcd and kube-apiserver. With all three, pods
	// that are created become ready on nodes that are created.
	ControllerManager, Scheduler, Kwok bool
	// Flux says that the two controllers of Flux that install Helm releases run beside it, with their kinds.
	Flux bool
	// StagesFile holds the Stage documents by which kwok acts; default: kwok-stages.yaml in BinDir.
	StagesFile string

	// Aggregation lets kube-apiserver proxy to aggregated API servers.
	Aggregation bool
	// ServiceCIDR is where Services get their addresses from; default 10.96.0.0/16.
	ServiceCIDR string
	// ExtraSANs are further names and IP addresses in kube-apiserver's certificate.
	ExtraSANs []string
	// Audit has requests to kube-apiserver written down; nil for none.
	Audit *Audit
	// ExtraArgs are appended to a component's flags.
	ExtraArgs map[Component][]string

	// Validity is the lifetime of certificates that are made; default five years.
	Validity time.Duration
	// Clock dates certificates; default the real one.
	Clock clock.PassiveClock
}

// ControlPlane is an opened control plane. Its methods may be called concurrently, also by several programs.
type ControlPlane struct {
	opts Options

	mu    sync.Mutex // guards ports, and keeps changes of one program apart; the lock file does so among programs
	ports process.Ports
}

// Open loads the control plane in opts.Dir, or makes its certificates and chooses its ports. It starts nothing.
func Open(opts Options) (*ControlPlane, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), openPatience)
	defer cancel()
	unlock, err := process.Lock(ctx, lockFile(opts.Dir))
	if err != nil {
		return nil, err
	}
	defer unlock()

	c := &ControlPlane{opts: opts}
	if err := c.ensurePKI(); err != nil {
		return nil, err
	}
	if c.ports, err = loadPorts(opts.Dir); err != nil {
		return nil, err
	}
	if err := c.choosePorts(nil); err != nil {
		return nil, err
	}
	return c, errors.Join(c.writeAuditPolicy(), c.writeKubeconfigs())
}

// complete fills in defaults and refuses what cannot work.
func (o Options) complete() (Options, error) {
	if o.Dir == "" || o.BinDir == "" {
		return o, errors.New("a control plane needs Options.Dir for its state and Options.BinDir with its binaries")
	}
	for _, dir := range []*string{&o.Dir, &o.BinDir} {
		absolute, err := filepath.Abs(*dir)
		if err != nil {
			return o, fmt.Errorf("resolving a folder of the control plane: %w", err)
		}
		*dir = absolute
	}
	if o.ServiceCIDR == "" {
		o.ServiceCIDR = defaultServiceCIDR
	}
	if _, err := firstAddress(o.ServiceCIDR); err != nil {
		return o, err
	}
	if o.StagesFile == "" {
		o.StagesFile = filepath.Join(o.BinDir, "kwok-stages.yaml")
	}
	if o.Validity <= 0 {
		o.Validity = defaultValidity
	}
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return o, fmt.Errorf("making the folder of the control plane: %w", err)
	}
	return o, nil
}

// components are those that should run, in the order in which they start.
func (o Options) components() []Component {
	out := []Component{Etcd, APIServer}
	if o.ControllerManager {
		out = append(out, ControllerManager)
	}
	if o.Scheduler {
		out = append(out, Scheduler)
	}
	if o.Kwok {
		out = append(out, Kwok)
	}
	if o.Flux {
		out = append(out, SourceController, HelmController)
	}
	return out
}

// Dir is the folder that holds the control plane's state.
func (c *ControlPlane) Dir() string { return c.opts.Dir }

// Endpoint is the URL of kube-apiserver.
func (c *ControlPlane) Endpoint() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.endpoint()
}

func (c *ControlPlane) endpoint() string { return "https://" + loopback(c.ports[portAPIServer]) }

// CA returns the certificate authority that clients trust and that signs client certificates, as PEM.
func (c *ControlPlane) CA() (certPEM, keyPEM []byte, err error) {
	if certPEM, err = os.ReadFile(c.pki("ca.crt")); err != nil {
		return nil, nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	if keyPEM, err = os.ReadFile(c.pki("ca.key")); err != nil {
		return nil, nil, fmt.Errorf("reading the certificate authority's key: %w", err)
	}
	return certPEM, keyPEM, nil
}

// Running says of each component that should run whether it does.
func (c *ControlPlane) Running() map[string]bool {
	out := map[string]bool{}
	for _, component := range c.opts.components() {
		p, err := process.Find(recordFile(c.opts.Dir, component))
		out[string(component)] = err == nil && p != nil
	}
	return out
}

// RecordFile is where the process of a component is recorded (see internal/process).
func (c *ControlPlane) RecordFile(component Component) string {
	return recordFile(c.opts.Dir, component)
}

// LogFile is where a component logs.
func (c *ControlPlane) LogFile(component Component) string { return logFile(c.opts.Dir, component) }

// exclusively runs a change alone, among the goroutines of this program and among programs.
func (c *ControlPlane) exclusively(ctx context.Context, change func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	unlock, err := process.Lock(ctx, lockFile(c.opts.Dir))
	if err != nil {
		return err
	}
	defer unlock()
	return change()
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func lockFile(dir string) string { return filepath.Join(dir, ".lock") }

func recordFile(dir string, c Component) string {
	return filepath.Join(dir, "run", string(c)+".json")
}

func logFile(dir string, c Component) string {
	return filepath.Join(dir, "logs", string(c)+".log")
}

// writeFile puts a file in place in one step, unless it already has that content.
func writeFile(name string, content []byte, mode fs.FileMode) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == string(content) {
		return nil
	}
	temporary := name + ".new"
	if err := os.WriteFile(temporary, content, mode); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.Rename(temporary, name); err != nil {
		return fmt.Errorf("putting %s in place: %w", name, err)
	}
	return nil
}
