package controlplane

import (
	"path/filepath"

	"github.com/slipway-dev/slipway/internal/process"
)

// Names of ports. A component's main port carries its name; that of a Flux controller is the one that tells its health.
const (
	portEtcd      = string(Etcd)
	portEtcdPeer  = "etcd-peer"
	portAPIServer = string(APIServer)

	portSourceMetrics = string(SourceController) + "-metrics"
	portSourceStorage = string(SourceController) + "-storage"
	portHelmMetrics   = string(HelmController) + "-metrics"
)

// portsOf are the names of the ports that a component listens on.
func portsOf(c Component) []string {
	switch c {
	case Etcd:
		return []string{portEtcd, portEtcdPeer}
	case SourceController:
		return []string{string(c), portSourceMetrics, portSourceStorage}
	case HelmController:
		return []string{string(c), portHelmMetrics}
	default:
		return []string{string(c)}
	}
}

func portsFile(dir string) string { return filepath.Join(dir, "ports.json") }

// choosePorts gives every component that should run its ports: the kept ones, unless the component is in down and somebody
// else has taken its port meanwhile.
func (c *ControlPlane) choosePorts(down map[Component]bool) error {
	changed := false
	for _, component := range c.opts.components() {
		for _, name := range portsOf(component) {
			changedOne, err := c.ports.Choose(name, down[component])
			if err != nil {
				return err
			}
			changed = changed || changedOne
		}
	}
	if !changed {
		return nil
	}
	return c.ports.Save(portsFile(c.opts.Dir))
}

// loadPorts reads the kept ports of a control plane.
func loadPorts(dir string) (process.Ports, error) { return process.LoadPorts(portsFile(dir)) }
