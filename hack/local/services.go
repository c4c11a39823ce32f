package main

import (
	"context"

	"github.com/slipway-dev/slipway/internal/process"
)

// Names of the services, in the order in which they start.
const (
	registryName         = "registry"
	sourceControllerName = "source-controller"
	helmControllerName   = "helm-controller"
	managerName          = "manager"
	adapterName          = "kwok-adapter"
)

// serviceNames is the one list of the processes beside the management cluster.
var serviceNames = append(
	[]string{registryName, sourceControllerName, helmControllerName, managerName, adapterName}, facadeNames()...)

// shownPort is the port that a table shows for a service; a facade shows its port for HTTPS.
var shownPort = map[string]string{
	registryName: "http", sourceControllerName: "storage", helmControllerName: "health", managerName: "health", adapterName: "health",
}

// registry serves charts. Only what they hold is on its disk: what they are called is lost when it ends, see restoreChart.
func (e *environment) registry() service {
	return service{
		name: registryName, ports: []string{"http"}, healthPort: "http", healthPath: "/v2/", dirs: []string{e.path("registry")},
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path: e.tool("crane"),
				Args: []string{"registry", "serve", "--address", address("http"), "--disk", e.path("registry")},
			}
		},
	}
}

// startFlux runs Flux's two controllers as the administrator, which is what its own installation makes them.
func (e *environment) startFlux(ctx context.Context) error {
	if err := e.run(ctx, e.sourceController()); err != nil {
		return err
	}
	return e.run(ctx, e.helmController())
}

func (e *environment) sourceController() service {
	return service{
		name: sourceControllerName, ports: []string{"metrics", "health", "storage"}, healthPort: "health", healthPath: "/readyz",
		dirs: []string{e.path(sourceControllerName), e.path("tmp")},
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path: e.tool(sourceControllerName),
				Args: []string{
					"--metrics-addr=" + address("metrics"),
					"--health-addr=" + address("health"),
					"--storage-path=" + e.path(sourceControllerName),
					"--storage-addr=" + address("storage"),
					"--storage-adv-addr=" + address("storage"),
				},
				Env:    e.fluxEnv(),
				Inputs: []string{e.hub.AdminKubeconfigFile()},
			}
		},
	}
}

func (e *environment) helmController() service {
	return service{
		name: helmControllerName, ports: []string{"metrics", "health"}, healthPort: "health", healthPath: "/readyz",
		dirs: []string{e.path("tmp")},
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path:   e.tool(helmControllerName),
				Args:   []string{"--metrics-addr=" + address("metrics"), "--health-addr=" + address("health")},
				Env:    e.fluxEnv(),
				Inputs: []string{e.hub.AdminKubeconfigFile()},
			}
		},
	}
}

// fluxEnv is how Flux learns of its cluster. Temporary files go where down removes them.
func (e *environment) fluxEnv() []string {
	return []string{
		"KUBECONFIG=" + e.hub.AdminKubeconfigFile(),
		"RUNTIME_NAMESPACE=" + systemNamespace,
		"TMPDIR=" + e.path("tmp"),
	}
}

// startManager runs the manager as its service account.
func (e *environment) startManager(ctx context.Context) error {
	kubeconfig, err := e.serviceAccountKubeconfig("slipway-manager")
	if err != nil {
		return err
	}
	certificates, err := e.ensureServingCertificate(e.webhookCertificate(), "slipway-webhook", []string{"127.0.0.1", "localhost"})
	if err != nil {
		return err
	}
	return e.run(ctx, service{
		name: managerName, ports: []string{"metrics", "health", "webhook"}, healthPort: "health", healthPath: "/readyz",
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path: e.binary(managerName),
				Args: []string{
					"--kubeconfig=" + kubeconfig,
					"--metrics-bind-address=" + address("metrics"),
					"--health-probe-bind-address=" + address("health"),
					"--webhook-host=127.0.0.1",
					"--webhook-port=" + portOf(address("webhook")),
					"--webhook-cert-dir=" + e.webhookCertificate(),
					"--leader-elect=false",
				},
				Inputs: append([]string{kubeconfig}, certificates...),
			}
		},
	})
}

// startAdapter runs the kwok-adapter as its service account.
func (e *environment) startAdapter(ctx context.Context) error {
	kubeconfig, err := e.serviceAccountKubeconfig("slipway-kwok-adapter")
	if err != nil {
		return err
	}
	return e.run(ctx, service{
		name: adapterName, ports: []string{"metrics", "health"}, healthPort: "health", healthPath: "/readyz",
		dirs: []string{e.tenants()},
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path: e.binary(adapterName),
				Args: []string{
					"--kubeconfig=" + kubeconfig,
					"--state-dir=" + e.tenants(),
					"--bin-dir=" + e.binDir,
					"--metrics-bind-address=" + address("metrics"),
					"--health-probe-bind-address=" + address("health"),
				},
				Inputs: []string{kubeconfig},
			}
		},
	})
}
