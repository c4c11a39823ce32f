package tracing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/tracing"
)

func TestLogsSayByWhichRequestAnObjectWasChanged(t *testing.T) {
	for name, tc := range map[string]struct {
		id     string
		logged bool
	}{
		"an id":                               {id: "b3c1f0a2-5d8e-4a43-9c7d-2f8f3b1c0a11", logged: true},
		"an id that a client made up":         {id: "nightly/2026-01-01#7", logged: true},
		"the longest id":                      {id: strings.Repeat("x", 128), logged: true},
		"no id":                               {},
		"what is longer than any id":          {id: strings.Repeat("x", 129)},
		"what would be a line of its own":     {id: "a\nlevel=error"},
		"what is no ASCII, and may look like": {id: "а"},
		"words":                               {id: "two words"},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			logger := funcr.New(func(_, line string) { lines = append(lines, line) }, funcr.Options{})
			cluster := fixture.Cluster("ns", "sample")
			if tc.id != "" {
				fixture.Annotated[*fleetv1.Cluster](fleetv1.AnnotationRequestID, tc.id)(cluster)
			}
			ctrl.LoggerFrom(tracing.About(ctrl.LoggerInto(t.Context(), logger), cluster)).Info("Done")
			if said := strings.Contains(fmt.Sprint(lines), `"requestID"="`+tc.id); said != tc.logged || len(lines) != 1 {
				t.Errorf("logged %q", lines)
			}
		})
	}
}
