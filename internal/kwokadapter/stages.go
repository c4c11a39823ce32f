package kwokadapter

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

//go:embed node-stop.yaml
var nodeStop []byte

// writeStages puts the stages that tenants' kwok acts by into the state folder: kwok's own, kept away from nodes that are
// off, and ours, which turns those NotReady.
func writeStages(binDir, stateDir string) (string, error) {
	own, err := os.ReadFile(filepath.Join(binDir, "kwok-stages.yaml"))
	if err != nil {
		return "", fmt.Errorf("reading kwok's stages: %w", err)
	}
	stages, err := adaptStages(own)
	if err != nil {
		return "", err
	}
	name := filepath.Join(stateDir, "stages.yaml")
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, stages) {
		return name, nil
	}
	if err := os.WriteFile(name+".new", stages, 0o600); err != nil {
		return "", fmt.Errorf("writing kwok's stages: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return "", fmt.Errorf("putting kwok's stages in place: %w", err)
	}
	return name, nil
}

// adaptStages adds to every stage about nodes that it is not for nodes that are off, and appends ours.
func adaptStages(own []byte) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	decoder := yaml.NewDecoder(bytes.NewReader(own))
	for {
		stage := map[string]any{}
		err := decoder.Decode(&stage)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading a kwok stage: %w", err)
		}
		if len(stage) == 0 {
			continue
		}
		if err := exceptStopped(stage); err != nil {
			return nil, err
		}
		if err := encoder.Encode(stage); err != nil {
			return nil, fmt.Errorf("writing a kwok stage: %w", err)
		}
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("writing kwok's stages: %w", err)
	}
	out.WriteString("---\n")
	out.Write(nodeStop)
	return out.Bytes(), nil
}

func exceptStopped(stage map[string]any) error {
	spec, _ := stage["spec"].(map[string]any)
	ref, _ := spec["resourceRef"].(map[string]any)
	if ref["kind"] != "Node" {
		return nil
	}
	selector, _ := spec["selector"].(map[string]any)
	if selector == nil {
		return errors.New("a kwok stage about nodes has no selector")
	}
	expressions, _ := selector["matchExpressions"].([]any)
	selector["matchExpressions"] = append(expressions, map[string]any{
		"key": `.metadata.annotations["` + annotationStopped + `"]`, "operator": "DoesNotExist",
	})
	return nil
}
