package telemetry_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/slipway-dev/slipway/internal/telemetry"
)

func TestBuild(t *testing.T) {
	want := `# HELP slipway_build_info Which build this is. Always 1.
# TYPE slipway_build_info gauge
slipway_build_info{component="manager",version="v1.2.3"} 1
`
	if err := testutil.CollectAndCompare(telemetry.Build("manager", "v1.2.3"), strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
