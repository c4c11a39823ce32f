package metricdoc

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// Prefix is how names of metrics of ours begin.
const Prefix = "slipway_"

// Metric is what is known about a metric beside its name.
type Metric struct {
	// Type is counter, gauge or histogram; empty if it is not known.
	Type string
	// Labels are the names of the labels, sorted.
	Labels []string
}

var (
	row  = regexp.MustCompile("^\\| `(slipway_[a-z0-9_]+)` \\| ([a-z]+) \\| ([^|]*)\\| ")
	word = regexp.MustCompile("`([a-z_]+)`")
)

// Page returns the metrics that a section of docs/observability.md names. Errors: there is no such section, or it names none, or a
// row of it cannot be read.
func Page(section string) (map[string]Metric, error) {
	text, err := os.ReadFile(filepath.Join(testenv.Root(), "docs", "observability.md"))
	if err != nil {
		return nil, err
	}
	_, after, found := strings.Cut(string(text), "\n### "+section+"\n")
	if !found {
		return nil, fmt.Errorf("docs/observability.md has no section %q", section)
	}
	metrics := map[string]Metric{}
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "#") {
			break
		}
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		fields := row.FindStringSubmatch(line)
		if fields == nil {
			return nil, fmt.Errorf("docs/observability.md: %q names no metric, type and labels", strings.TrimSpace(line))
		}
		metric := Metric{Type: fields[2]}
		for _, label := range word.FindAllStringSubmatch(fields[3], -1) {
			metric.Labels = append(metric.Labels, label[1])
		}
		slices.Sort(metric.Labels)
		metrics[fields[1]] = metric
	}
	if len(metrics) == 0 {
		return nil, fmt.Errorf("section %q of docs/observability.md names no metrics", section)
	}
	return metrics, nil
}
