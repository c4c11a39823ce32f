package main

import (
	"fmt"
	"os"
	"strings"
)

// variable is one line of the env file.
type variable struct{ name, value string }

// variables are what users of the environment need; the addresses of further servers are added here.
func (e *environment) variables() []variable {
	return []variable{
		{"KUBECONFIG", e.kubeconfig()},
	}
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
