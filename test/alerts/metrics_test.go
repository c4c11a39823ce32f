package alerts

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/rules"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func dashboards(t *testing.T) map[string][]rules.Panel {
	t.Helper()
	found, err := rules.ReadDashboards(testenv.Root())
	if err != nil || len(found) == 0 {
		t.Fatalf("found %d dashboards, %v", len(found), err)
	}
	return found
}

// documented are the metrics that the page on observability names. That those of ours exist is held by a test of that page; that
// all of them do, by test/e2e/alerts.
func documented(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "observability.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"up": true} // Prometheus itself tells it
	for _, match := range regexp.MustCompile("`([a-z][a-z0-9_]+)`").FindAllStringSubmatch(string(text), -1) {
		names[match[1]] = true
	}
	return names
}

func TestEveryQueryAsksForMetricsThatThereAre(t *testing.T) {
	known := documented(t)
	check := func(where, query string) {
		t.Helper()
		names, err := rules.Metrics(query)
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
		for _, name := range names {
			if !known[name] && !known[regexp.MustCompile("_(bucket|sum|count)$").ReplaceAllString(name, "")] {
				t.Errorf("%s asks for %s, which docs/observability.md does not know", where, name)
			}
		}
	}
	for _, alert := range read(t).Alerts() {
		check(alert.Name, alert.Expr)
	}
	for file, panels := range dashboards(t) {
		for _, panel := range panels {
			for _, target := range panel.Targets {
				check(file+": "+panel.Title, target.Expr)
			}
		}
	}
}

// TestEveryMetricOfOursIsOnADashboard finds metrics that nobody would look at.
func TestEveryMetricOfOursIsOnADashboard(t *testing.T) {
	var queries []string
	for _, panels := range dashboards(t) {
		for _, panel := range panels {
			for _, target := range panel.Targets {
				queries = append(queries, target.Expr)
			}
		}
	}
	for _, alert := range read(t).Alerts() {
		queries = append(queries, alert.Expr)
	}
	all := strings.Join(queries, "\n")
	for _, name := range slices.Sorted(maps.Keys(documented(t))) {
		if strings.HasPrefix(name, "slipway_") && !strings.Contains(all, name) {
			t.Errorf("%s is on no dashboard, and no alert uses it", name)
		}
	}
}
