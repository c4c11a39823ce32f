package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Ports are the ports of a set of servers by name, chosen once and kept in a file.
type Ports map[string]int

// LoadPorts reads kept ports. A file that does not exist keeps none yet.
func LoadPorts(file string) (Ports, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Ports{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading kept ports: %w", err)
	}
	kept := Ports{}
	if err := json.Unmarshal(content, &kept); err != nil {
		return nil, fmt.Errorf("reading kept ports (remove %s to choose new ones): %w", file, err)
	}
	return kept, nil
}

// Choose gives a port to a name that has none, and another to one whose server is down while somebody else took its port.
// It reports whether anything changed, and so has to be saved.
func (p Ports) Choose(name string, down bool) (changed bool, err error) {
	if port, kept := p[name]; kept && (!down || PortFree(port)) {
		return false, nil
	}
	port, err := FreePort()
	if err != nil {
		return false, fmt.Errorf("choosing a port for %s: %w", name, err)
	}
	p[name] = port
	return true, nil
}

// Save keeps the ports in a file, replacing it in one step.
func (p Ports) Save(file string) error {
	content, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding ports: %w", err)
	}
	if err := os.WriteFile(file+".new", append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("keeping ports: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("keeping ports: %w", err)
	}
	return nil
}
