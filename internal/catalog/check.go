package catalog

import (
	"fmt"
	"slices"
	"strconv"
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
	schema := c.documents(version, at)
	c.mapping(version, schema, at)
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

// documents checks the free-form documents of a version and returns its schema, or nil if that does not compile. Defaults
// are checked as far as they go: a param that the schema requires may be left to the tenant.
func (c *checker) documents(version *fleetv1.AddonVersion, at string) *params.Schema {
	if _, faults := params.DecodeObject(rawJSON(version.Values), at+".values"); len(faults) > 0 {
		c.faults = append(c.faults, faults...)
	}
	schema, err := params.CompileSchema(rawJSON(version.ParamsSchema))
	if err != nil {
		c.fault(at+".paramsSchema", "%s", err)
		return nil
	}
	defaults, faults := params.DecodeObject(rawJSON(version.Defaults), at+".defaults")
	faults = append(faults, params.Reserved(defaults, at+".defaults")...)
	if len(faults) == 0 {
		faults = schema.ValidatePartial(defaults, at+".defaults")
	}
	c.faults = append(c.faults, faults...)
	return schema
}

func (c *checker) mapping(version *fleetv1.AddonVersion, schema *params.Schema, at string) {
	for i, m := range version.ParamMapping {
		where := fmt.Sprintf("%s.paramMapping[%d]", at, i)
		switch {
		case m.Param == "" && m.Constant == nil:
			c.fault(where, "needs param or constant")
		case m.Param != "" && m.Constant != nil:
			c.fault(where, "must have only one of param and constant")
		case m.Constant != nil && m.Default != nil:
			c.fault(where+".default", "has no meaning beside a constant")
		case m.Param != "" && schema != nil && !schema.Knows(m.Param):
			c.fault(where+".param", "%s is nothing that the paramsSchema allows", m.Param)
		}
		c.document(m.Constant, where+".constant")
		c.document(m.Default, where+".default")
	}
}

func (c *checker) document(document *runtime.RawExtension, at string) {
	if document == nil {
		return
	}
	_, faults := params.Decode(document.Raw, at)
	c.faults = append(c.faults, faults...)
}

func (c *checker) outputs(outputs []fleetv1.AddonOutput, at string) {
	names := map[string]bool{}
	for i, output := range outputs {
		where := fmt.Sprintf("%s.outputs[%d]", at, i)
		if names[output.Name] {
			c.fault(where+".name", "%q is given twice", output.Name)
		}
		names[output.Name] = true
		switch {
		case output.Service != nil:
			c.namespace(output.Service.Namespace, where+".service")
			c.port(output.Service.Port, where+".service.port")
		case output.Ingress != nil:
			c.namespace(output.Ingress.Namespace, where+".ingress")
		case output.SecretKey != nil:
			c.namespace(output.SecretKey.Namespace, where+".secretKey")
		}
	}
}

func (c *checker) namespace(name, at string) {
	if name == "" {
		return
	}
	if problems := validation.IsDNS1123Label(name); len(problems) > 0 {
		c.fault(at+".namespace", "%q is not the name of a namespace", name)
	}
}

func (c *checker) port(port, at string) {
	if port == "" {
		return
	}
	if number, err := strconv.Atoi(port); err == nil {
		if problems := validation.IsValidPortNum(number); len(problems) > 0 {
			c.fault(at, "%s is not a port number from 1 to 65535", port)
		}
		return
	}
	if problems := validation.IsValidPortName(port); len(problems) > 0 {
		c.fault(at, "%q is neither the number nor the name of a port", port)
	}
}

func rawJSON(document *runtime.RawExtension) []byte {
	if document == nil {
		return nil
	}
	return document.Raw
}
