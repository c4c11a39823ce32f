package controlplane

import (
	"path/filepath"
	"strconv"

	"github.com/slipway-dev/slipway/internal/process"
)

// spec says how a component is started.
func (c *ControlPlane) spec(component Component) process.Spec {
	args, inputs := c.arguments(component)
	return process.Spec{
		Name:       string(component),
		Path:       filepath.Join(c.opts.BinDir, string(component)),
		Args:       append(args, c.opts.ExtraArgs[component]...),
		Dir:        c.opts.Dir,
		LogFile:    logFile(c.opts.Dir, component),
		RecordFile: recordFile(c.opts.Dir, component),
		Inputs:     inputs,
		Env:        c.variables(component),
	}
}

// variables are what a component takes from its environment.
func (c *ControlPlane) variables(component Component) []string {
	if component != SourceController && component != HelmController {
		return nil
	}
	return c.fluxVariables()
}

// arguments are a component's flags, and the files whose change calls for a restart.
func (c *ControlPlane) arguments(component Component) (args, inputs []string) {
	switch component {
	case Etcd:
		return c.etcdArguments(), nil
	case APIServer:
		return c.apiServerArguments(), []string{
			c.pki("ca.crt"), c.pki("server.crt"), c.pki("sa.key"), c.pki("front-proxy-ca.crt"), c.pki(frontProxyName + ".crt"),
		}
	case ControllerManager:
		return c.controllerManagerArguments(), []string{c.kubeconfigFile(string(component)), c.pki("sa.key")}
	case Scheduler:
		return c.clientArguments(component), []string{c.kubeconfigFile(string(component))}
	case SourceController, HelmController:
		return c.fluxArguments(component), []string{c.AdminKubeconfigFile()}
	default:
		return c.kwokArguments(), []string{c.kubeconfigFile(string(component)), c.opts.StagesFile}
	}
}

func (c *ControlPlane) etcdArguments() []string {
	client, peer := "http://"+loopback(c.ports[portEtcd]), "http://"+loopback(c.ports[portEtcdPeer])
	return []string{
		"--data-dir=" + filepath.Join(c.opts.Dir, "etcd"),
		"--listen-client-urls=" + client,
		"--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer,
		"--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=default=" + peer,
		"--log-level=warn",
		// A killed etcd loses nothing by this, only a crash of the machine might; and disks here are often slow.
		"--unsafe-no-fsync",
	}
}

func (c *ControlPlane) apiServerArguments() []string {
	args := []string{
		"--etcd-servers=http://" + loopback(c.ports[portEtcd]),
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		c.securePort(APIServer),
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=" + c.pki("server.crt"),
		"--tls-private-key-file=" + c.pki("server.key"),
		"--client-ca-file=" + c.pki("ca.crt"),
		"--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.pki("sa.pub"),
		"--service-account-signing-key-file=" + c.pki("sa.key"),
		"--service-cluster-ip-range=" + c.opts.ServiceCIDR,
		"--allow-privileged=true",
	}
	if c.opts.Aggregation {
		args = append(args,
			"--requestheader-client-ca-file="+c.pki("front-proxy-ca.crt"),
			"--requestheader-allowed-names="+frontProxyName,
			"--requestheader-extra-headers-prefix=X-Remote-Extra-",
			"--requestheader-group-headers=X-Remote-Group",
			"--requestheader-username-headers=X-Remote-User",
			"--proxy-client-cert-file="+c.pki(frontProxyName+".crt"),
			"--proxy-client-key-file="+c.pki(frontProxyName+".key"),
		)
	}
	return append(args, c.auditArguments()...)
}

func (c *ControlPlane) controllerManagerArguments() []string {
	return append(c.clientArguments(ControllerManager),
		"--root-ca-file="+c.pki("ca.crt"),
		"--service-account-private-key-file="+c.pki("sa.key"),
		"--use-service-account-credentials",
		"--cluster-signing-cert-file="+c.pki("ca.crt"),
		"--cluster-signing-key-file="+c.pki("ca.key"),
	)
}

// clientArguments are the flags that kube-controller-manager and kube-scheduler share. The serving certificate is given
// because they would otherwise make an RSA key at each start.
func (c *ControlPlane) clientArguments(component Component) []string {
	kubeconfig := c.kubeconfigFile(string(component))
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1",
		c.securePort(component),
		"--tls-cert-file=" + c.pki("server.crt"),
		"--tls-private-key-file=" + c.pki("server.key"),
		"--leader-elect=false",
	}
}

func (c *ControlPlane) kwokArguments() []string {
	return []string{
		"--kubeconfig=" + c.kubeconfigFile(string(Kwok)),
		"--manage-all-nodes=true",
		"--config=" + c.opts.StagesFile,
		"--node-lease-duration-seconds=40",
		"--server-address=" + loopback(c.ports[string(Kwok)]),
	}
}

func (c *ControlPlane) securePort(component Component) string {
	return "--secure-port=" + strconv.Itoa(c.ports[string(component)])
}

// healthURL answers 200 once a component does its work.
func (c *ControlPlane) healthURL(component Component) string {
	address := loopback(c.ports[string(component)])
	switch component {
	case Etcd:
		return "http://" + address + "/health"
	case APIServer:
		return "https://" + address + "/readyz"
	case Kwok:
		return "http://" + address + "/healthz"
	case SourceController, HelmController:
		return "http://" + address + "/readyz"
	default:
		return "https://" + address + "/healthz"
	}
}
