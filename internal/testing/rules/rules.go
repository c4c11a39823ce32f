package rules

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// File is where the alerts stand in the checkout, Dashboards the folder of the dashboards.
const (
	File       = "config/prometheus/rules.yaml"
	Dashboards = "config/prometheus/dashboards"
)

// Rules are the groups of a PrometheusRule, as a rule file of Prometheus holds them.
type Rules struct {
	Groups []Group `json:"groups"`
}

// Group is a group of rules that are evaluated together.
type Group struct {
	Name  string  `json:"name"`
	Rules []Alert `json:"rules"`
}

// Alert is one rule. Several may make one alert, with other labels.
type Alert struct {
	// Name is the name of the alert.
	Name string `json:"alert"`
	// Expr is the query; the alert is active for each series that it finds.
	Expr string `json:"expr"`
	// For is how long it has to be active before it fires, as Prometheus writes durations; empty: not at all.
	For string `json:"for,omitempty"`
	// Labels and Annotations are what the alert carries beside what the query found.
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Read reads the alerts of a checkout. A field that it does not know is an error, so that no test overlooks it.
func Read(root string) (Rules, error) {
	text, err := os.ReadFile(filepath.Join(root, File))
	if err != nil {
		return Rules{}, fmt.Errorf("reading the alerts: %w", err)
	}
	var manifest struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       Rules          `json:"spec"`
	}
	if err := yaml.UnmarshalStrict(text, &manifest); err != nil {
		return Rules{}, fmt.Errorf("parsing %s: %w", File, err)
	}
	return manifest.Spec, nil
}

// Encode returns the rules as a rule file of Prometheus.
func (r Rules) Encode() ([]byte, error) {
	text, err := yaml.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding the alerts: %w", err)
	}
	return text, nil
}

// Alerts are the rules of all groups.
func (r Rules) Alerts() []Alert {
	var all []Alert
	for _, group := range r.Groups {
		all = append(all, group.Rules...)
	}
	return all
}
