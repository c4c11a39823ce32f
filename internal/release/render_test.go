package release

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var update = flag.Bool("update", false, "write the golden files anew")

// input returns an add-on from a chart in an OCI registry, with everything left at its default.
func input(change ...func(*Input)) Input {
	in := Input{
		Addon: &fleetv1.Addon{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "notebooks", UID: "5f0d2c1e-0000-4000-8000-000000000001"},
			Spec:       fleetv1.AddonSpec{ClusterName: "sample", TemplateName: "jupyterhub", Version: "3.3.8"},
		},
		Template: &fleetv1.AddonTemplate{
			ObjectMeta: metav1.ObjectMeta{Name: "jupyterhub"},
			Spec:       fleetv1.AddonTemplateSpec{Source: fleetv1.ChartSource{Type: "OCIRepository", URL: "oci://registry.example.com/charts"}},
		},
		Version:    &fleetv1.AddonVersion{Version: "3.3.8", Chart: fleetv1.Chart{Name: "jupyterhub"}},
		Values:     map[string]any{"singleuser": map[string]any{"cpu": map[string]any{"limit": json.Number("2")}}},
		Kubeconfig: []byte("apiVersion: v1\nkind: Config\n"),
	}
	for _, c := range change {
		c(&in)
	}
	return in
}

func TestRenderGolden(t *testing.T) {
	for name, in := range map[string]Input{
		"oci": input(),
		"helm-repository": input(func(in *Input) {
			in.Template.Spec.Source = fleetv1.ChartSource{Type: "HelmRepository", URL: "https://charts.example.com/", Interval: &metav1.Duration{Duration: time.Hour}}
			in.Template.Spec.TargetNamespace = "hub"
			in.Template.Spec.Timeout = &metav1.Duration{Duration: time.Minute}
			in.Version.Chart.Version = "3.3.8-1"
			in.Addon.Labels = map[string]string{fleetv1.LabelInstance: "team-hub"}
			in.Addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "ConfigMap", Name: "mine", Optional: true}, {Kind: "Secret", Name: "more", Key: "v"}}
		}),
		"helm-repository-oci": input(func(in *Input) {
			in.Template.Spec.Source = fleetv1.ChartSource{Type: "HelmRepository", URL: "oci://127.0.0.1:5000/charts", Insecure: true}
			in.Addon.Spec.Suspend = true
			in.Values = map[string]any{}
		}),
		"tenant": input(func(in *Input) {
			in.Delivery, in.Kubeconfig = fleetv1.DeliveryTenant, nil
			in.Addon.Spec.ValuesFrom = []fleetv1.ValuesReference{
				{Kind: "ConfigMap", Name: "mine", Optional: true},
				{Kind: "Secret", Name: "more", Key: "v"},
				{Kind: "Secret", Name: "notebooks-params-x", Holds: fleetv1.ContentParams},
			}
			in.Copies = [][]byte{nil, []byte("a: 1\n"), nil}
		}),
		"params-are-not-for-flux": input(func(in *Input) {
			in.Addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "notebooks-params-x", Holds: fleetv1.ContentParams}}
		}),
		"oci-insecure-with-metadata": input(func(in *Input) {
			in.Template.Spec.Source = fleetv1.ChartSource{Type: "OCIRepository", URL: "oci://127.0.0.1:5000/charts/", Insecure: true}
			in.Version.Chart.Version = "3.3.8+build.1"
		}),
	} {
		t.Run(name, func(t *testing.T) {
			objects, err := Render(in)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			for _, o := range objects.All() {
				text, err := yaml.Marshal(o.Object)
				if err != nil {
					t.Fatal(err)
				}
				got.WriteString("---\n")
				got.Write(text)
			}
			file := filepath.Join("testdata", name+".yaml")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("(-want +got; go test ./internal/release -update writes the files anew):\n%s", diff)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		in   Input
		want string
	}{
		"an instance name that is too long for Helm": {
			input(func(in *Input) { in.Addon.Labels = map[string]string{fleetv1.LabelInstance: strings.Repeat("a", 54)} }), "at most 53",
		},
		"values that no Secret can hold": {
			input(func(in *Input) {
				in.Delivery = fleetv1.DeliveryTenant
				in.Addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "a"}, {Kind: "Secret", Name: "b"}}
				in.Copies = [][]byte{make([]byte, 600<<10), make([]byte, 600<<10)}
			}), "at most 1048576",
		},
		"a release without a kubeconfig, which would be one of the management cluster": {
			input(func(in *Input) { in.Kubeconfig = nil }), "no kubeconfig",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Render(test.in); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestChecksum(t *testing.T) {
	base, err := Render(input())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*Input)
		same   bool
	}{
		"the same input gives the same":    {func(*Input) {}, true},
		"a new kubeconfig changes nothing": {func(in *Input) { in.Kubeconfig = []byte("other") }, true},
		"a restored Addon is the same wish": {func(in *Input) {
			in.Addon.Labels = map[string]string{fleetv1.LabelID: string(in.Addon.UID)}
			in.Addon.UID = "another"
		}, true},
		"values change it":        {func(in *Input) { in.Values = map[string]any{"a": 1} }, false},
		"the version changes it":  {func(in *Input) { in.Version.Version = "3.3.9" }, false},
		"the source changes it":   {func(in *Input) { in.Template.Spec.Source.URL = "oci://other.example.com" }, false},
		"the delivery changes it": {func(in *Input) { in.Delivery = fleetv1.DeliveryTenant }, false},
		"references change it":    {func(in *Input) { in.Addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "a"}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Render(input(test.change))
			if err != nil {
				t.Fatal(err)
			}
			if same := got.Checksum == base.Checksum; same != test.same {
				t.Errorf("same is %t", same)
			}
		})
	}
}
