package controlplane

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/slipway-dev/slipway/internal/process"
)

// ports are the ports by name, as ports.json holds them.
type ports map[string]int

// Names of ports. All but etcd's peer port carry the name of their component.
const (
	portEtcd      = string(Etcd)
	portEtcdPeer  = "etcd-peer"
	portAPIServer = string(APIServer)
)

// portsOf are the names of the ports that a component listens on.
func portsOf(c Component) []string {
	if c == Etcd {
		return []string{portEtcd, portEtcdPeer}
	}
	return []string{string(c)}
}

func portsFile(dir string) string { return filepath.Join(dir, "ports.json") }

// loadPorts reads the kept ports; none are kept yet in a new folder.
func loadPorts(dir string) (ports, error) {
	content, err := os.ReadFile(portsFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return ports{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the kept ports: %w", err)
	}
	kept := ports{}
	if err := json.Unmarshal(content, &kept); err != nil {
		return nil, fmt.Errorf("reading the kept ports (remove %s to choose new ones): %w", portsFile(dir), err)
	}
	return kept, nil
}

// choosePorts gives every component that should run its ports: the kept ones, unless the component is in down and somebody
// else has taken its port meanwhile.
func (c *ControlPlane) choosePorts(down map[Component]bool) error {
	changed := false
	for _, component := range c.opts.components() {
		for _, name := range portsOf(component) {
			port, kept := c.ports[name]
			if kept && !(down[component] && !process.PortFree(port)) {
				continue
			}
			port, err := process.FreePort()
			if err != nil {
				return fmt.Errorf("choosing a port for %s: %w", name, err)
			}
			c.ports[name], changed = port, true
		}
	}
	if !changed {
		return nil
	}
	content, err := json.MarshalIndent(c.ports, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the ports: %w", err)
	}
	return writeFile(portsFile(c.opts.Dir), append(content, '\n'), 0o600)
}
