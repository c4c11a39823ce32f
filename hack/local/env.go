package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// variable is one line of the env file.
type variable struct{ name, value string }

// variables are what users of the environment need. What is not known yet is left out: the file is written again then.
func (e *environment) variables() []variable {
	known := []variable{{"KUBECONFIG", e.kubeconfig()}, {"SLIPWAY_CA", e.ca()}}
	for i, name := range facadeNames()[:e.facades] {
		suffix := ""
		if i > 0 {
			suffix = "_" + strconv.Itoa(i+1)
		}
		if e.ports[name+"-https"] != 0 && e.ports[name+"-http"] != 0 {
			known = append(known,
				variable{"SLIPWAY_URL" + suffix, "https://" + e.address(name, "https")},
				variable{"SLIPWAY_HTTP_URL" + suffix, "http://" + e.address(name, "http")})
		}
	}
	if e.ports[registryName+"-http"] != 0 {
		known = append(known, variable{"SLIPWAY_REGISTRY", e.address(registryName, "http")})
	}
	if e.clusterID != "" {
		known = append(known, variable{"SLIPWAY_CLUSTER_ID", e.clusterID})
	}
	if token, err := os.ReadFile(e.token()); err == nil {
		known = append(known, variable{"SLIPWAY_TOKEN", string(token)})
	}
	if key, err := e.readAccessKey(); err == nil {
		known = append(known, variable{"SLIPWAY_ACCESS_KEY", key.id}, variable{"SLIPWAY_SECRET_KEY", key.secret})
	}
	return known
}

// writeEnv writes a file to be sourced: ". .local/env".
func (e *environment) writeEnv() error {
	var out strings.Builder
	out.WriteString("# Source this file in a shell: . " + shellQuote(e.env()) + "\n")
	for _, v := range e.variables() {
		fmt.Fprintf(&out, "export %s=%s\n", v.name, shellQuote(v.value))
	}
	// kubectl and helm of the very versions that run here; sourcing the file twice must not grow the path.
	fmt.Fprintf(&out, "case \":$PATH:\" in *:%[1]s:*) ;; *) export PATH=%[1]s:\"$PATH\" ;; esac\n", shellQuote(e.binDir))
	if err := os.WriteFile(e.env(), []byte(out.String()), 0o600); err != nil {
		return fmt.Errorf("writing the env file: %w", err)
	}
	return nil
}

// shellQuote makes a word of any text.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
