package controlplane

import (
	"fmt"
	"os"
	"time"
)

// CertificatesIssued is when the present certificates were made: by the first Start, or by the last rotation.
func (c *ControlPlane) CertificatesIssued() (time.Time, error) {
	content, err := os.ReadFile(c.pki("ca.crt"))
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the certificate authority: %w", err)
	}
	cert, err := parseCertificate(content)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading ca.crt: %w", err)
	}
	return cert.NotBefore.Add(backdate), nil
}
