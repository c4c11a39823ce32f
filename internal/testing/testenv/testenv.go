package testenv

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	k8sruntime "k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Environment is a running API server and a client to it.
type Environment struct {
	// Config reaches the API server as an administrator.
	Config *rest.Config
	// Client is an uncached client that knows Scheme.
	Client client.WithWatch
	// Scheme knows core, Slipway's and Flux's kinds.
	Scheme *k8sruntime.Scheme
	// FrontProxy is what the API server shows to aggregated API servers; with Aggregation only.
	FrontProxy KeyPair

	control *envtest.Environment
	// files is a folder to be removed at the end; empty for none.
	files string
}

// Options are what a suite can choose.
type Options struct {
	// FluxCRDs also installs the CRDs of HelmRelease, HelmRepository, OCIRepository and the other kinds of Flux.
	FluxCRDs bool
	// WebhookManifests also installs config/webhook and config/policy; Webhook tells where to serve.
	WebhookManifests bool
	// Aggregation lets the API server proxy to aggregated API servers.
	Aggregation bool
}

// Start brings up etcd and kube-apiserver with the CRDs of this checkout. Stop must be called at the end.
func Start(options Options) (*Environment, error) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		return nil, errors.New("KUBEBUILDER_ASSETS is not set: run the tests with `make test`, or export the folder that " +
			"`go run ./hack/tools --print-bin-dir` prints")
	}
	root := Root()
	control := &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	if options.FluxCRDs {
		control.CRDDirectoryPaths = append(control.CRDDirectoryPaths, filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "flux-crds.yaml"))
	}
	if options.WebhookManifests {
		for _, file := range []string{"manifests.yaml", "access_key.yaml"} {
			control.WebhookInstallOptions.Paths = append(control.WebhookInstallOptions.Paths, filepath.Join(root, "config", "webhook", file))
		}
	}
	e := &Environment{Scheme: Scheme(), control: control}
	if options.Aggregation {
		if err := e.aggregate(); err != nil {
			return nil, errors.Join(err, os.RemoveAll(e.files))
		}
	}
	config, err := control.Start()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the test control plane: %w", err), os.RemoveAll(e.files))
	}
	config.QPS, config.Burst = -1, -1
	e.Config = config
	if e.Client, err = client.NewWithWatch(config, client.Options{Scheme: e.Scheme}); err != nil {
		return nil, errors.Join(fmt.Errorf("building a client: %w", err), e.Stop())
	}
	return e, nil
}

// aggregate prepares the API server for aggregation.
func (e *Environment) aggregate() (err error) {
	if e.files, err = os.MkdirTemp("", "slipway-testenv-"); err != nil {
		return fmt.Errorf("making a folder for certificates: %w", err)
	}
	e.FrontProxy, err = aggregation(e.control, e.files)
	return err
}

// Stop ends the API server and etcd.
func (e *Environment) Stop() error { return errors.Join(e.control.Stop(), os.RemoveAll(e.files)) }

// User returns a user in some groups, with a client certificate.
func (e *Environment) User(name string, groups ...string) (*envtest.AuthenticatedUser, error) {
	user, err := e.control.AddUser(envtest.User{Name: name, Groups: groups}, nil)
	if err != nil {
		return nil, fmt.Errorf("making user %s: %w", name, err)
	}
	return user, nil
}

// Webhook returns where a webhook server must listen and the folder with its certificate; with WebhookManifests only.
func (e *Environment) Webhook() (host string, port int, certDir string) {
	o := e.control.WebhookInstallOptions
	return o.LocalServingHost, o.LocalServingPort, o.LocalServingCertDir
}

// Scheme returns a scheme that knows core, Slipway's and Flux's kinds.
func Scheme() *k8sruntime.Scheme {
	scheme := k8sruntime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(fleetv1.AddToScheme(scheme))
	utilruntime.Must(helmv2.AddToScheme(scheme))
	utilruntime.Must(sourcev1.AddToScheme(scheme))
	return scheme
}

// Root returns the root folder of the checkout.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(fmt.Sprintf("finding the working folder on %s: %v", runtime.GOOS, err))
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			panic("no go.mod above the working folder: tests run from within the checkout")
		}
		dir = parent
	}
}
