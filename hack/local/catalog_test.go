package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// TestTheChartsOfTheCatalogueAreServed holds the catalogue against the list of charts that are pushed.
func TestTheChartsOfTheCatalogueAreServed(t *testing.T) {
	files, err := filepath.Glob("catalog/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		template := &fleetv1.AddonTemplate{}
		if err := yaml.UnmarshalStrict(text, template); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, version := range template.Spec.Versions {
			if !slices.Contains(charts, chart{version.Chart.Name, version.Version}) {
				t.Errorf("%s: the chart %s %s is not served", file, version.Chart.Name, version.Version)
			}
		}
	}
}
