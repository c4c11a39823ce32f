package catalog

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func raw(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }

func TestCheckTemplate(t *testing.T) {
	service := func(port string) fleetv1.AddonOutput {
		return fleetv1.AddonOutput{Name: "web_ui", Service: &fleetv1.ServiceOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "x"}, Port: port}}
	}
	for name, test := range map[string]struct {
		change func(*fleetv1.AddonTemplate, *fleetv1.AddonVersion)
		want   []string
	}{
		"a good one": {change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
			v.KubernetesVersions, v.ClusterVersions = ">=1.29.0-0", []string{`^v1\..*$`}
			v.ParamsSchema = raw(`{"type": "object", "additionalProperties": false, "required": ["cpu", "size"], "properties": {"cpu": {"type": "number"}, "size": {}}}`)
			v.Defaults = raw(`{"cpu": 1}`)
			v.ParamMapping = []fleetv1.ParamMapping{{Param: "/cpu", Value: "/a"}, {Constant: raw(`1`), Value: "/b"}}
			v.Outputs = []fleetv1.AddonOutput{service("80")}
			v.DependsOn = []fleetv1.AddonDependency{{TemplateName: "base", Versions: "^1.2"}}
		}},
		"a range that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.KubernetesVersions = "1.x.y.z" },
			want:   []string{`spec.versions[0].kubernetesVersions: "1.x.y.z" is not a range of versions, for example >=1.29.0 <1.34.0`},
		},
		"a pattern that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.ClusterVersions = []string{"ok", "a)|(b"} },
			want:   []string{"spec.versions[0].clusterVersions[1]: \"a)|(b\" is not a regular expression (RE2): error parsing regexp: unexpected ): `a)|(b`"},
		},
		"a schema that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.ParamsSchema = raw(`{"minimum": "1"}`) },
			want:   []string{"spec.versions[0].paramsSchema: is not a valid JSON schema: minimum: must be a number"},
		},
		"defaults that the schema refuses": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamsSchema, v.Defaults = raw(`{"required": ["size"], "properties": {"cpu": {"type": "number"}}}`), raw(`{"cpu": "1"}`)
			},
			want: []string{"spec.versions[0].defaults.cpu: must be a number"},
		},
		"defaults with a reserved name": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.Defaults = raw(`{"kubeConfig": 1}`) },
			want:   []string{"spec.versions[0].defaults.kubeConfig: is reserved and cannot be set: the cluster is the one that spec.clusterName names; remove it"},
		},
		"mappings with neither, both, and a default for a constant": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamMapping = []fleetv1.ParamMapping{
					{Value: "/a"}, {Param: "/a", Constant: raw(`1`), Value: "/b"}, {Constant: raw(`1`), Default: raw(`1`), Value: "/c"},
				}
			},
			want: []string{
				"spec.versions[0].paramMapping[0]: needs param or constant",
				"spec.versions[0].paramMapping[1]: must have only one of param and constant",
				"spec.versions[0].paramMapping[2].default: has no meaning beside a constant",
			},
		},
		"a mapping of what the schema does not allow": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamsSchema = raw(`{"additionalProperties": false, "properties": {"cpu": {}}}`)
				v.ParamMapping = []fleetv1.ParamMapping{{Param: "/gpu", Value: "/a"}}
			},
			want: []string{"spec.versions[0].paramMapping[0].param: /gpu is nothing that the paramsSchema allows"},
		},
		"mappings to one place": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamMapping = []fleetv1.ParamMapping{{Constant: raw(`1`), Value: "/a"}, {Constant: raw(`1`), Value: "/a"}}
			},
			want: []string{"spec.versions[0].paramMapping[1].value: /a is where paramMapping[0] puts its value already"},
		},
		"a schema that takes no objects": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.ParamsSchema = raw(`{"type": "array"}`) },
			want:   []string{"spec.versions[0].paramsSchema.type: must allow objects: params are one"},
		},
		"a schema with a param that nobody may give": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamsSchema = raw(`{"properties": {"kubeConfig": {}, "mine": {}}}`)
			},
			want: []string{"spec.versions[0].paramsSchema.properties.kubeConfig: is reserved and cannot be set: the cluster is the one that spec.clusterName names; remove it"},
		},
		"a schema that points elsewhere": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamsSchema = raw(`{"$ref": "https://example.com/schema.json"}`)
			},
			want: []string{"spec.versions[0].paramsSchema: a schema must be whole: references to other documents are not followed"},
		},
		"values with a key given twice": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.Values = raw(`{"a": {"b": 1, "b": 2}}`) },
			want:   []string{"spec.versions[0].values.a.b: is given twice"},
		},
		"translations": {change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
			v.Translate = raw(`{"en_US": {"addon": {"description": "x"}}, "de": {}, "zh-Hant-TW": {}}`)
		}},
		"translations that are none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.Translate = raw(`{"de": "Notizbücher", "in English": {}}`)
			},
			want: []string{
				"spec.versions[0].translate.de: must be an object",
				`spec.versions[0].translate["in English"]: is not the name of a language, for example en_US`,
			},
		},
		"a chart version that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.Chart.Version = "latest" },
			want:   []string{`spec.versions[0].chart.version: "latest" is not a semantic version`},
		},
		"credentials in the address": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Source.URL = "https://me:hunter2@example.com/"
			},
			want: []string{"spec.source.url: must not hold credentials: everybody who may read the template would read them"},
		},
		"an address with a query": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Source.URL = "https://example.com/?token=hunter2"
			},
			want: []string{"spec.source.url: must end with the path of the repository"},
		},
		"an address without a host": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) { t.Spec.Source.URL = "oci:///charts" },
			want:   []string{"spec.source.url: names no host"},
		},
		"an address that is none": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) { t.Spec.Source.URL = "oci://hunter2 at home/" },
			want:   []string{"spec.source.url: is not a URL"},
		},
		"an address with a tag": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Source.URL = "oci://example.com:5000/charts:1.0.0"
			},
			want: []string{"spec.source.url: must be without a tag or digest: the version of the chart is chart.version"},
		},
		"outputs of every kind": {change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
			v.Outputs = []fleetv1.AddonOutput{
				{Name: "a", Service: &fleetv1.ServiceOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "{release}-proxy", Namespace: "other"}, Port: "http"}},
				{Name: "b", Ingress: &fleetv1.ObjectOutput{Name: "web.{release}"}},
				{Name: "c", SecretKey: &fleetv1.SecretKeyOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "{release}"}, Key: "tls.key"}},
			}
		}},
		"outputs of nothing": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.Outputs = []fleetv1.AddonOutput{
					{Name: "a", Service: &fleetv1.ServiceOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "{cluster}-proxy", Namespace: "a.b"}}},
					{Name: "b", Ingress: &fleetv1.ObjectOutput{Name: "-"}},
					{Name: "c", SecretKey: &fleetv1.SecretKeyOutput{ObjectOutput: fleetv1.ObjectOutput{Name: "x"}, Key: "a/b"}},
					{Name: "d"},
				}
			},
			want: []string{
				`spec.versions[0].outputs[0].service.name: "{cluster}-proxy" has braces around something else than release: {release} is all that is replaced`,
				`spec.versions[0].outputs[0].service.namespace: "a.b" is not the name of a namespace`,
				`spec.versions[0].outputs[1].ingress.name: "-" is not the name of an object`,
				`spec.versions[0].outputs[2].secretKey.key: "a/b" is not the key of a Secret`,
				"spec.versions[0].outputs[3]: needs service, ingress or secretKey",
			},
		},
		"outputs with one name, and a port that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.Outputs = []fleetv1.AddonOutput{service("http"), service("70000"), service("No_Port")}
			},
			want: []string{
				`spec.versions[0].outputs[1].name: "web_ui" is given twice`,
				"spec.versions[0].outputs[1].service.port: 70000 is not a port number from 1 to 65535",
				`spec.versions[0].outputs[2].name: "web_ui" is given twice`,
				`spec.versions[0].outputs[2].service.port: "No_Port" is neither the number nor the name of a port`,
			},
		},
		"a dependency on itself, and a range that is none": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.DependsOn = []fleetv1.AddonDependency{{TemplateName: "notebooks"}, {TemplateName: "base", Versions: "new"}}
			},
			want: []string{
				"spec.versions[0].dependsOn[0].templateName: must not be the template itself",
				`spec.versions[0].dependsOn[1].versions: "new" is not a range of versions, for example >=1.29.0 <1.34.0`,
			},
		},
		"one version under two names": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Versions = append(t.Spec.Versions, fleetv1.AddonVersion{Version: "v1.0"})
			},
			want: []string{`spec.versions[1].version: "v1.0" is the same version as "1.0.0"`},
		},
		"times that are too short": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Timeout, t.Spec.Source.Interval = &metav1.Duration{}, &metav1.Duration{Duration: time.Millisecond}
			},
			want: []string{"spec.timeout: must be at least 1s", "spec.source.interval: must be at least 1s"},
		},
		"a name that is no namespace": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) { t.Name = "notebooks.example.com" },
			want:   []string{`spec.targetNamespace: is required, because the template's name "notebooks.example.com" is not the name of a namespace`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			template := template(fleetv1.AddonVersion{Version: "1.0.0"})
			test.change(template, &template.Spec.Versions[0])
			var got []string
			for _, fault := range CheckTemplate(template) {
				got = append(got, fault.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
