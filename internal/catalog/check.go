package catalog

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// checker collects what is wrong with a template.
type checker struct{ faults []params.Fault }

func (c *checker) fault(path, format string, args ...any) {
	c.faults = append(c.faults, params.Fault{Path: path, Message: fmt.Sprintf(format, args...)})
}

// CheckTemplate returns what would keep a template, or a version of it, from being used, beyond what the schema of the
// kind refuses already.
func CheckTemplate(template *fleetv1.AddonTemplate) []params.Fault {
	c := &checker{}
	if t := template.Spec.Timeout; t != nil && t.Duration < time.Second {
		c.fault("spec.timeout", "must be at least 1s")
	}
	if i := template.Spec.Source.Interval; i != nil && i.Duration < time.Second {
		c.fault("spec.source.interval", "must be at least 1s")
	}
	if template.Spec.TargetNamespace == "" {
		if problems := validation.IsDNS1123Label(template.Name); len(problems) > 0 {
			c.fault("spec.targetNamespace", "is required, because the template's name %q is not the name of a namespace", template.Name)
		}
	}
	c.source(template.Spec.Source)
	c.unique(template.Spec.Versions)
	for i := range template.Spec.Versions {
		at := fmt.Sprintf("spec.versions[%d]", i)
		c.version(template, &template.Spec.Versions[i], at)
	}
	return c.faults
}

// unique refuses two versions that are the same to semver, as 1.0 and v1.0.0 are: upgrades could not tell them apart.
func (c *checker) unique(versions []fleetv1.AddonVersion) {
	for i, v := range versions {
		parsed, err := semver.NewVersion(v.Version)
		if err != nil {
			c.fault(fmt.Sprintf("spec.versions[%d].version", i), "%q is not a semantic version", v.Version)
			continue
		}
		same := func(other fleetv1.AddonVersion) bool {
			o, err := semver.NewVersion(other.Version)
			return err == nil && o.Equal(parsed)
		}
		if first := slices.IndexFunc(versions, same); first < i {
			c.fault(fmt.Sprintf("spec.versions[%d].version", i), "%q is the same version as %q", v.Version, versions[first].Version)
		}
	}
}

func (c *checker) version(template *fleetv1.AddonTemplate, version *fleetv1.AddonVersion, at string) {
	if version.KubernetesVersions != "" {
		if _, err := parseRange(version.KubernetesVersions); err != nil {
			c.fault(at+".kubernetesVersions", "%s", err)
		}
	}
	for i, pattern := range version.ClusterVersions {
		if _, err := parsePattern(pattern); err != nil {
			c.fault(fmt.Sprintf("%s.clusterVersions[%d]", at, i), "%s", err)
		}
	}
	if version.Chart.Version != "" {
		if _, err := semver.NewVersion(version.Chart.Version); err != nil {
			c.fault(at+".chart.version", "%q is not a semantic version", version.Chart.Version)
		}
	}
	c.documents(version, at)
	c.faults = append(c.faults, params.CheckMapping(version, at)...)
	c.translations(version.Translate, at+".translate")
	c.outputs(version.Outputs, at)
	for i, dependency := range version.DependsOn {
		where := fmt.Sprintf("%s.dependsOn[%d]", at, i)
		if dependency.TemplateName == template.Name {
			c.fault(where+".templateName", "must not be the template itself")
		}
		if _, err := inRange(dependency.Versions, semver.New(1, 0, 0, "", "")); err != nil {
			c.fault(where+".versions", "%s", err)
		}
	}
}

// documents checks the schema, the defaults and the fixed values of a version. Defaults are checked as far as they go: a param
// that the schema requires may be left to the tenant.
func (c *checker) documents(version *fleetv1.AddonVersion, at string) {
	if _, faults := params.DecodeObject(rawJSON(version.Values), at+".values"); len(faults) > 0 {
		c.faults = append(c.faults, faults...)
	}
	defaults, faults := params.DecodeObject(rawJSON(version.Defaults), at+".defaults")
	faults = append(faults, params.Reserved(defaults, at+".defaults")...)
	schema, err := params.CompileSchema(rawJSON(version.ParamsSchema))
	switch {
	case err != nil:
		c.fault(at+".paramsSchema", "%s", err)
	case !schema.TakesObjects():
		c.fault(at+".paramsSchema.type", "must allow objects: params are one")
	default:
		c.reserved(schema, at+".paramsSchema.properties")
		if len(faults) == 0 {
			faults = schema.ValidatePartial(defaults, at+".defaults")
		}
	}
	c.faults = append(c.faults, faults...)
}

// reserved refuses params that nobody could ever give.
func (c *checker) reserved(schema *params.Schema, at string) {
	names := map[string]any{}
	for name := range schema.Describe() {
		names[name] = nil
	}
	c.faults = append(c.faults, params.Reserved(names, at)...)
}

// source checks the address of the charts beyond what the schema of the kind says of its beginning.
func (c *checker) source(source fleetv1.ChartSource) {
	const at = "spec.source.url"
	address, err := url.Parse(source.URL)
	switch {
	case err != nil:
		// The error quotes the address, which may hold credentials.
		c.fault(at, "is not a URL")
		return
	case address.Host == "":
		c.fault(at, "names no host")
	case address.User != nil:
		c.fault(at, "must not hold credentials: everybody who may read the template would read them")
	case address.RawQuery != "" || address.Fragment != "":
		c.fault(at, "must end with the path of the repository")
	}
	if address.Scheme == "oci" && strings.ContainsAny(address.Path, ":@") {
		c.fault(at, "must be without a tag or digest: the version of the chart is chart.version")
	}
}

// language is what a translation is for, for example en_US or de.
var language = regexp.MustCompile(`^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$`)

// translations checks that there is an object for each language. What is in it is for user interfaces.
func (c *checker) translations(document *runtime.RawExtension, at string) {
	languages, faults := params.DecodeObject(rawJSON(document), at)
	c.faults = append(c.faults, faults...)
	for _, name := range slices.Sorted(maps.Keys(languages)) {
		where := params.Member(at, name)
		if !language.MatchString(name) {
			c.fault(where, "is not the name of a language, for example en_US")
		}
		if _, isObject := languages[name].(map[string]any); !isObject {
			c.fault(where, "must be an object")
		}
	}
}

func rawJSON(document *runtime.RawExtension) []byte {
	if document == nil {
		return nil
	}
	return document.Raw
}
