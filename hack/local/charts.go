package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// chart is a sample chart in one version. Versions of one chart differ in the number only.
type chart struct{ name, version string }

var charts = []chart{
	{"jupyterhub", "3.3.8"}, {"jupyterhub", "3.3.9"},
	{"kuberay-operator", "1.1.0"}, {"kuberay-operator", "1.1.1"},
	{"npd", "1.13.5"}, {"npd", "1.14.0"},
	{"dashboard", "1.0.0"}, {"dashboard", "1.1.0"},
}

// serveCharts runs the registry and fills it.
func (e *environment) serveCharts(ctx context.Context) error {
	if err := e.run(ctx, e.registry()); err != nil {
		return err
	}
	// A package carries the time it was made, so pushing an unchanged chart again would look like a new chart to Flux.
	record := e.path("charts", "pushed.json")
	pushed := map[string]string{}
	if content, err := os.ReadFile(record); err == nil {
		if err := json.Unmarshal(content, &pushed); err != nil {
			return fmt.Errorf("reading what was pushed (remove %s to push again): %w", record, err)
		}
	}
	for _, c := range charts {
		sum, err := hashTree(e.source("hack", "local", "charts", c.name))
		if err != nil {
			return fmt.Errorf("reading the chart %s: %w", c.name, err)
		}
		key := c.name + ":" + c.version
		if pushed[key] == sum {
			if err := e.restoreChart(ctx, c); err != nil {
				return err
			}
			continue
		}
		if err := e.packageChart(ctx, c); err != nil {
			return err
		}
		if err := e.pushChart(ctx, c); err != nil {
			return err
		}
		pushed[key] = sum
		content, err := json.MarshalIndent(pushed, "", "  ")
		if err != nil {
			return fmt.Errorf("encoding what was pushed: %w", err)
		}
		if err := os.WriteFile(record, content, 0o600); err != nil {
			return fmt.Errorf("recording what was pushed: %w", err)
		}
		e.say("  pushed the chart %s %s", c.name, c.version)
	}
	return nil
}

// restoreChart pushes the package that was pushed before if the registry does not have it any more. It is the same chart to Flux.
func (e *environment) restoreChart(ctx context.Context, c chart) error {
	url := fmt.Sprintf("http://%s/v2/charts/%s/manifests/%s", e.address(registryName, "http"), c.name, c.version)
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return fmt.Errorf("asking the registry for the chart %s %s: %w", c.name, c.version, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking the registry for the chart %s %s: %w", c.name, c.version, err)
	}
	if err := answer.Body.Close(); err != nil {
		return fmt.Errorf("asking the registry for the chart %s %s: %w", c.name, c.version, err)
	}
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return e.pushChart(ctx, c)
}

func (e *environment) packageChart(ctx context.Context, c chart) error {
	return e.helm(ctx, "package", e.source("hack", "local", "charts", c.name), "--version", c.version, "--destination", e.path("charts"))
}

func (e *environment) pushChart(ctx context.Context, c chart) error {
	archive := e.path("charts", c.name+"-"+c.version+".tgz")
	return e.helm(ctx, "push", archive, "oci://"+e.address(registryName, "http")+"/charts", "--plain-http")
}

// helm runs the pinned helm with folders of its own, so that it leaves the user's settings alone and they it.
func (e *environment) helm(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, e.tool("helm"), args...)
	for _, kind := range []string{"CACHE", "CONFIG", "DATA"} {
		cmd.Env = append(cmd.Env, "HELM_"+kind+"_HOME="+e.path("helm", strings.ToLower(kind)))
	}
	cmd.Env = append(os.Environ(), cmd.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("helm %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// hashTree hashes the names and contents of a folder's files.
func hashTree(dir string) (string, error) {
	hash := sha256.New()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, readErr := os.ReadFile(path)
		relative, relErr := filepath.Rel(dir, path)
		fmt.Fprintf(hash, "%q %d\n", relative, len(content))
		hash.Write(content)
		return errors.Join(readErr, relErr)
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}
