package alerts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/rules"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// promtool runs the pinned promtool.
func promtool(t *testing.T, dir string, args ...string) {
	t.Helper()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set; run the tests with `make test`")
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(assets, "promtool"), args...)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("promtool %s: %v\n%s", strings.Join(args, " "), err, output)
	}
}

func read(t *testing.T) rules.Rules {
	t.Helper()
	found, err := rules.Read(testenv.Root())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// testFiles are promtool's tests, by path.
func testFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "config", "prometheus", "tests", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %v, %v", files, err)
	}
	return files
}

// write writes rules as the file rules.yaml of a new folder.
func write(t *testing.T, content rules.Rules) (dir string) {
	t.Helper()
	text, err := content.Encode()
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPromtoolMakesTheAlertsFire(t *testing.T) {
	dir := write(t, read(t))
	promtool(t, dir, "check", "rules", "--lint=all", "--lint-fatal", "rules.yaml")
	args := []string{"test", "rules"}
	for _, file := range testFiles(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	promtool(t, dir, args...)
}

// TestEveryRuleIsTested holds promtool's tests against the rules: each makes series that leave it quiet, and series that make it
// fire with the labels that it is known by.
func TestEveryRuleIsTested(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, file := range testFiles(t) {
		var content struct {
			Tests []struct {
				Expressions []struct {
					Expr    string `json:"expr"`
					Samples []struct {
						Labels string `json:"labels"`
					} `json:"exp_samples"`
				} `json:"promql_expr_test"`
			} `json:"tests"`
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &content); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, test := range content.Tests {
			for _, expression := range test.Expressions {
				if len(expression.Samples) == 0 {
					quiet[expression.Expr] = true
				}
				for _, sample := range expression.Samples {
					fires[sample.Labels] = true
				}
			}
		}
	}
	for _, alert := range read(t).Alerts() {
		if !quiet[fmt.Sprintf(`ALERTS{alertname=%q,alertstate="firing"}`, alert.Name)] {
			t.Errorf("%s: no series leave it quiet", alert.Name)
		}
		found := false
		for labels := range fires {
			found = found || has(labels, alert)
		}
		if !found {
			t.Errorf("%s %v: no series make it fire", alert.Name, alert.Labels)
		}
	}
}

// has tells whether a sample is one of the alert.
func has(sample string, alert rules.Alert) bool {
	if !strings.Contains(sample, fmt.Sprintf("alertname=%q,", alert.Name)) {
		return false
	}
	for name, value := range alert.Labels {
		if !strings.Contains(sample, fmt.Sprintf("%s=%q", name, value)) {
			return false
		}
	}
	return true
}

// TestTheDashboardsAreQueries has promtool parse the queries of the dashboards, as rules that record something.
func TestTheDashboardsAreQueries(t *testing.T) {
	type recording struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var recordings []recording
	for _, panels := range dashboards(t) {
		for _, panel := range panels {
			for _, target := range panel.Targets {
				recordings = append(recordings, recording{Record: fmt.Sprintf("panel:%d", len(recordings)), Expr: target.Expr})
			}
		}
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": recordings}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "panels.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, dir, "check", "rules", "panels.yaml")
}
