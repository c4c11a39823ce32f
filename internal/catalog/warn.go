package catalog

import (
	"fmt"
	"path"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// Waits returns the dependencies of the template that nothing in the catalogue can meet as it is. They are no faults, because
// templates may be applied in any order: the add-ons wait.
func Waits(template *fleetv1.AddonTemplate, others []fleetv1.AddonTemplate) []params.Fault {
	g := newGraph(template, others)
	var waits []params.Fault
	for i := range template.Spec.Versions {
		for j, dependency := range template.Spec.Versions[i].DependsOn {
			at := fmt.Sprintf("spec.versions[%d].dependsOn[%d]", i, j)
			switch other := g.templates[dependency.TemplateName]; {
			case other == nil:
				waits = append(waits, params.Fault{Path: at + ".templateName", Message: fmt.Sprintf(
					"there is no AddonTemplate %s; add-ons of this version wait for one", dependency.TemplateName)})
			case len(g.satisfying(dependency)) == 0:
				waits = append(waits, params.Fault{Path: at + ".versions", Message: fmt.Sprintf(
					"AddonTemplate %s has no version in %q, it has %s; add-ons of this version wait for one",
					dependency.TemplateName, dependency.Versions, strings.Join(Names(other), ", "))})
			}
		}
	}
	return waits
}

// Doubts returns what of a template works and is probably not meant so.
func Doubts(template *fleetv1.AddonTemplate) []params.Fault {
	var doubts []params.Fault
	doubt := func(at, format string, args ...any) {
		doubts = append(doubts, params.Fault{Path: at, Message: fmt.Sprintf(format, args...)})
	}
	source := template.Spec.Source
	if source.Insecure && !strings.HasPrefix(source.URL, "oci://") {
		doubt("spec.source.insecure", "has no meaning for a repository that is no registry")
	}
	if !slices.ContainsFunc(template.Spec.Versions, func(v fleetv1.AddonVersion) bool { return v.Stable }) {
		doubt("spec.versions", "none is stable: no upgradePolicy takes one, and REST clients are offered the newest")
	}
	for i := range template.Spec.Versions {
		version, at := &template.Spec.Versions[i], fmt.Sprintf("spec.versions[%d]", i)
		if source.Type == "OCIRepository" && path.Base(source.URL) == version.Chart.Name {
			doubt("spec.source.url", "ends with the name of the chart, which is added to it: the chart of version %s is looked for at %s/%s",
				version.Version, strings.TrimSuffix(source.URL, "/"), version.Chart.Name)
		}
		if len(version.ParamMapping) == 0 && len(rawJSON(version.ParamsSchema)) == 0 {
			doubt(at, "has neither paramsSchema nor paramMapping: tenants may set every value of the chart")
		}
		for _, pointer := range openSecrets(version) {
			doubt(at+".defaults", "%s is writeOnly, and whoever may read the template can read this default", pointer)
		}
	}
	return doubts
}

// openSecrets returns the pointers of defaults that the schema calls writeOnly.
func openSecrets(version *fleetv1.AddonVersion) []string {
	schema, err := params.CompileSchema(rawJSON(version.ParamsSchema))
	if err != nil {
		return nil
	}
	defaults, faults := params.DecodeObject(rawJSON(version.Defaults), "")
	if len(faults) > 0 {
		return nil
	}
	return schema.Secrets(defaults)
}
