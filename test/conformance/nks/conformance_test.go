//go:build e2e

package nks

import (
	"testing"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// TestConformance plays all cases.
func TestConformance(t *testing.T) { suite.Run(t, dialect()) }
