package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/VictoriaMetrics/metricsql"
)

// Metrics returns the names of the metrics that a query asks for, sorted. A selector without a name is an error: nobody could tell
// what it asks for.
func Metrics(query string) ([]string, error) {
	parsed, err := metricsql.Parse(query)
	if err != nil {
		return nil, fmt.Errorf("parsing the query %q: %w", query, err)
	}
	var names []string
	var failure error
	metricsql.VisitAll(parsed, func(expr metricsql.Expr) {
		selector, ok := expr.(*metricsql.MetricExpr)
		if !ok {
			return
		}
		for _, filters := range selector.LabelFilterss {
			if len(filters) == 0 || filters[0].Label != "__name__" || filters[0].IsRegexp || filters[0].IsNegative {
				failure = fmt.Errorf("%q has a selector without the name of a metric", query)
				continue
			}
			names = append(names, filters[0].Value)
		}
	})
	slices.Sort(names)
	return slices.Compact(names), failure
}

// Panel is a picture of a dashboard.
type Panel struct {
	// Title stands above the picture.
	Title string `json:"title"`
	// Targets are its queries.
	Targets []struct {
		Expr string `json:"expr"`
	} `json:"targets"`
}

// ReadDashboards reads the panels of a checkout's dashboards, by the name of the file.
func ReadDashboards(root string) (map[string][]Panel, error) {
	files, err := filepath.Glob(filepath.Join(root, Dashboards, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("looking for dashboards: %w", err)
	}
	found := map[string][]Panel{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading a dashboard: %w", err)
		}
		var content struct {
			Panels []Panel `json:"panels"`
		}
		if err := json.Unmarshal(text, &content); err != nil {
			return nil, fmt.Errorf("parsing %s: %w", file, err)
		}
		found[filepath.Base(file)] = content.Panels
	}
	return found, nil
}
