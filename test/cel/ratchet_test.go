package cel

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// What was stored before a rule came stays valid, also while other fields change, until somebody changes what the rule is about.
func TestObjectsFromBeforeARuleStayValid(t *testing.T) {
	for desc, test := range map[string]struct {
		definition, sample string
		// message is how the rule's message begins.
		message string
		// stored is what the rule would refuse; other is a change of something else, again one of what the rule is about.
		stored, other, again []edit
		refusal              string
	}{
		"old nodes and their own network for pods": {
			definition: "clusters.fleet.slipway.dev", sample: "cluster", message: "podCIDR must not overlap 172.17.0.0/16",
			stored:  []edit{set("spec.kubernetesVersion", "v1.23.3"), set("spec.network.podCIDR", "172.17.0.0/16")},
			other:   []edit{set("spec.suspend", true), set("spec.network.cni", "flannel")},
			again:   []edit{set("spec.kubernetesVersion", "v1.23.2")},
			refusal: oldPods,
		},
		"old nodes and their own network for Services": {
			definition: "clusters.fleet.slipway.dev", sample: "cluster", message: "serviceCIDR must not overlap 172.17.0.0/16",
			stored:  []edit{set("spec.kubernetesVersion", "v1.23.3"), set("spec.network.serviceCIDR", "172.17.0.0/16")},
			other:   []edit{set("spec.suspend", true), set("spec.network.podCIDR", "10.101.0.0/16")},
			again:   []edit{set("spec.network.serviceCIDR", "172.17.0.0/20")},
			refusal: oldServices,
		},
		"a number of nodes beyond autoscaling": {
			definition: "nodepools.fleet.slipway.dev", sample: "nodepool", message: "replicas must lie between",
			stored:  []edit{set("spec.replicas", 7)},
			other:   []edit{set("spec.kubernetesVersion", "v1.33.1"), set("spec.autoscaling.minReplicas", 2)},
			again:   []edit{set("spec.replicas", 6)},
			refusal: outOfBounds,
		},
	} {
		t.Run(desc, func(t *testing.T) {
			ctx := context.Background()
			object := sample(t, test.sample)
			apply(object, test.stored)
			restore := withoutRule(t, test.definition, test.message)
			eventually(t, "the API server takes what it will refuse", func() bool { return api.Create(ctx, object) == nil })
			t.Cleanup(func() {
				if err := api.Delete(ctx, object); err != nil {
					t.Errorf("deleting the object: %v", err)
				}
			})
			restore()
			fresh := sample(t, test.sample)
			apply(fresh, append(slices.Clone(test.stored), set("metadata.name", "fresh")))
			eventually(t, "the rule is back", func() bool { return api.Create(ctx, fresh, client.DryRunAll) != nil })

			apply(object, test.other)
			if err := api.Update(ctx, object); err != nil {
				t.Errorf("changing something else: %v", err)
			}
			apply(object, test.again)
			err := api.Update(ctx, object, client.DryRunAll)
			if got := said(t, err, []string{test.refusal}); !slices.Equal(got, []string{test.refusal}) {
				t.Errorf("changing what the rule is about: %v", err)
			}
		})
	}
}

// withoutRule takes the rule whose message begins so out of the spec of a kind, and returns what puts it back.
func withoutRule(t *testing.T, definition, message string) (restore func()) {
	t.Helper()
	update := func(change func(spec *apiextensionsv1.JSONSchemaProps)) {
		t.Helper()
		stored := &unstructured.Unstructured{}
		stored.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
		if err := api.Get(context.Background(), client.ObjectKey{Name: definition}, stored); err != nil {
			t.Fatalf("reading the CRD: %v", err)
		}
		typed := &apiextensionsv1.CustomResourceDefinition{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, typed); err != nil {
			t.Fatalf("reading the CRD: %v", err)
		}
		properties := typed.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties
		spec := properties["spec"]
		change(&spec)
		properties["spec"] = spec
		changed, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
		if err != nil {
			t.Fatalf("writing the CRD: %v", err)
		}
		stored.Object["spec"] = changed["spec"]
		if err := api.Update(context.Background(), stored); err != nil {
			t.Fatalf("updating the CRD: %v", err)
		}
	}
	var rules apiextensionsv1.ValidationRules
	put := func() { update(func(spec *apiextensionsv1.JSONSchemaProps) { spec.XValidations = rules }) }
	update(func(spec *apiextensionsv1.JSONSchemaProps) {
		rules = spec.XValidations
		spec.XValidations = slices.DeleteFunc(slices.Clone(rules), func(rule apiextensionsv1.ValidationRule) bool {
			return strings.HasPrefix(rule.Message, message)
		})
		if len(spec.XValidations) != len(rules)-1 {
			t.Fatalf("there are %d rules that begin with %q", len(rules)-len(spec.XValidations), message)
		}
	})
	return put
}

// eventually waits until the API server has taken a changed definition in.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, 30*time.Second, true, func(context.Context) (bool, error) {
		return done(), nil
	})
	if err != nil {
		t.Fatalf("waiting until %s: %v", what, err)
	}
}
