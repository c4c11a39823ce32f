package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/params"
)

// TestCatalogsCanBeUsed holds the catalogue of the local environment and the samples against the checks of admission, and the
// former against the charts that are served.
func TestCatalogsCanBeUsed(t *testing.T) {
	var files []string
	for _, pattern := range []string{"catalog/*.yaml", "../../config/samples/catalog/*.yaml", "../../config/samples/addontemplate.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		if filepath.Base(file) == "kustomization.yaml" {
			continue
		}
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			template := &fleetv1.AddonTemplate{}
			if err := yaml.UnmarshalStrict(text, template); err != nil {
				t.Fatal(err)
			}
			if faults := catalog.CheckTemplate(template); len(faults) > 0 {
				t.Error(params.Join(faults))
			}
			if filepath.Dir(file) != "catalog" {
				return
			}
			for _, version := range template.Spec.Versions {
				if !slices.Contains(charts, chart{version.Chart.Name, version.Version}) {
					t.Errorf("the chart %s %s is not served", version.Chart.Name, version.Version)
				}
			}
		})
	}
}
