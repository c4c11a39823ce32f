package controlplane

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Audit has kube-apiserver write down who asked for what, and on which right that was allowed. Bodies are not written.
type Audit struct {
	// File takes the requests, one JSON document of audit.k8s.io/v1 in a line. What it holds already stays; files that grew large
	// are put aside under the same name with a date.
	File string
	// Groups are those whose requests are written: "system:serviceaccounts:<namespace>" stands for the service accounts of a
	// namespace.
	Groups []string
}

// auditPolicy tells requests when they are answered, and watches when they begin: one that still runs at the end was asked for too.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
    userGroups: [%[1]s]
    verbs: [watch]
    omitStages: [RequestReceived, ResponseComplete]
  - level: Metadata
    userGroups: [%[1]s]
    omitStages: [RequestReceived, ResponseStarted]
  - level: None
`

func (c *ControlPlane) auditPolicyFile() string {
	return filepath.Join(c.opts.Dir, "audit-policy.yaml")
}

// writeAuditPolicy writes what kube-apiserver reads at its start.
func (c *ControlPlane) writeAuditPolicy() error {
	if c.opts.Audit == nil {
		return nil
	}
	quoted := make([]string, 0, len(c.opts.Audit.Groups))
	for _, group := range c.opts.Audit.Groups {
		quoted = append(quoted, fmt.Sprintf("%q", group))
	}
	content := fmt.Sprintf(auditPolicy, strings.Join(quoted, ", "))
	if err := os.WriteFile(c.auditPolicyFile(), []byte(content), 0o600); err != nil {
		return fmt.Errorf("writing the audit policy: %w", err)
	}
	return nil
}

// auditArguments are kube-apiserver's flags for it.
func (c *ControlPlane) auditArguments() []string {
	if c.opts.Audit == nil {
		return nil
	}
	return []string{"--audit-policy-file=" + c.auditPolicyFile(), "--audit-log-path=" + c.opts.Audit.File}
}
