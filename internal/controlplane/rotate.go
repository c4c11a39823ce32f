package controlplane

import (
	"context"
	"fmt"
	"os"
	"time"
)

// RotateCertificates makes a new certificate authority and new certificates of the given validity, and restarts the
// components that use them. The old authority is no longer trusted: every kubeconfig issued before stops working.
// Service account tokens go on working. When it is interrupted, Start finishes it.
func (c *ControlPlane) RotateCertificates(ctx context.Context, validity time.Duration) error {
	return c.exclusively(ctx, func() error {
		if validity <= 0 {
			validity = c.opts.Validity
		}
		serviceAccountKey, err := os.ReadFile(c.pki("sa.key"))
		if err != nil {
			return fmt.Errorf("reading the key of service account tokens: %w", err)
		}
		if err := c.newPKI(validity, serviceAccountKey); err != nil {
			return err
		}
		return c.start(ctx)
	})
}
