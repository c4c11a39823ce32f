package cel

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// `kubectl explain` has something to say about every kind and every field.
func TestEveryFieldIsDescribed(t *testing.T) {
	for kind, definition := range definitions(t) {
		walk(schema(definition), "", func(path string, props *apiextensionsv1.JSONSchemaProps) {
			own := !strings.HasSuffix(path, "[]") && !strings.HasSuffix(path, "{}") // items are described by their list
			if own && strings.TrimSpace(props.Description) == "" && path != "metadata" {
				t.Errorf("%s: %q has no description", kind, path)
			}
		})
	}
}

func TestNamesAndColumns(t *testing.T) {
	want := map[string]struct {
		plural, short string
		scope         apiextensionsv1.ResourceScope
		// columns are those of `kubectl get`, and after a bar those that -o wide adds.
		columns string
	}{
		"AdapterStatus": {"adapterstatuses", "fas", apiextensionsv1.NamespaceScoped,
			"Kind Target Adapter Generation Available Finalized Reason Reported | Message"},
		"Addon": {"addons", "fad", apiextensionsv1.NamespaceScoped,
			"Cluster Template Wished Current Ready Reason Age | Message"},
		"AddonTemplate": {"addontemplates", "fat", apiextensionsv1.ClusterScoped,
			"Display Name Newest Source Installed Ready Age | Message"},
		"Cluster": {"clusters", "fcl", apiextensionsv1.NamespaceScoped,
			"Platform Version Nodes Adapters Available Ready Reason Age | Endpoint Message"},
		"NodePool": {"nodepools", "fnp", apiextensionsv1.NamespaceScoped,
			"Cluster Version Wished Nodes Up Adapters Available Ready Reason Age | Pool Message"},
		"Operation": {"operations", "fop", apiextensionsv1.NamespaceScoped,
			"Seq Type Kind Target Generation State Started Ended | Message"},
		"Platform": {"platforms", "fpf", apiextensionsv1.ClusterScoped,
			"Default Cluster Adapters Pool Adapters Clusters Ready Age | Message"},
	}
	for kind, definition := range definitions(t) {
		names, want := definition.Spec.Names, want[kind]
		if names.Plural != want.plural || definition.Spec.Scope != want.scope {
			t.Errorf("%s: %s, %s; want %s, %s", kind, names.Plural, definition.Spec.Scope, want.plural, want.scope)
		}
		if diff := cmp.Diff([]string{want.short}, names.ShortNames); diff != "" {
			t.Errorf("%s: short names (-want +got):\n%s", kind, diff)
		}
		if diff := cmp.Diff([]string{"fleet"}, names.Categories); diff != "" {
			t.Errorf("%s: categories (-want +got):\n%s", kind, diff)
		}
		var shown, wide []string
		for _, column := range definition.Spec.Versions[0].AdditionalPrinterColumns {
			if column.Priority > 0 {
				wide = append(wide, column.Name)
			} else {
				shown = append(shown, column.Name)
			}
		}
		if diff := cmp.Diff(want.columns, strings.Join(shown, " ")+" | "+strings.Join(wide, " ")); diff != "" {
			t.Errorf("%s: columns (-want +got):\n%s", kind, diff)
		}
		if definition.Annotations["kustomize.toolkit.fluxcd.io/substitute"] != "disabled" {
			t.Errorf("%s: Flux would substitute variables in the CRD", kind)
		}
	}
}

// References can be selected by.
func TestSelectableFields(t *testing.T) {
	ctx := context.Background()
	declared := map[string][]string{}
	for kind, definition := range definitions(t) {
		for _, field := range definition.Spec.Versions[0].SelectableFields {
			declared[kind] = append(declared[kind], strings.TrimPrefix(field.JSONPath, "."))
		}
		slices.Sort(declared[kind])
	}
	want := map[string][]string{
		"AdapterStatus": {"spec.adapter", "spec.targetRef.kind", "spec.targetRef.name"},
		"Addon":         {"spec.clusterName", "spec.templateName"},
		"Cluster":       {"spec.platformName"},
		"NodePool":      {"spec.clusterName", "spec.poolName"},
		"Operation":     {"spec.cluster.id", "spec.target.kind", "spec.target.name"},
	}
	if diff := cmp.Diff(want, declared); diff != "" {
		t.Fatalf("selectable fields (-want +got):\n%s", diff)
	}
	for kind, paths := range declared {
		object := sample(t, tables[kind].sample)
		if err := api.Create(ctx, object); err != nil {
			t.Fatalf("creating the sample of %s: %v", kind, err)
		}
		for _, path := range paths {
			value, _, err := unstructured.NestedString(object.Object, strings.Split(path, ".")...)
			if err != nil || value == "" {
				t.Fatalf("the sample of %s has no %s: %v", kind, path, err)
			}
			if got := selected(t, object, path, value); got != 1 {
				t.Errorf("%s: %d objects with %s=%s, want 1", kind, got, path, value)
			}
			if got := selected(t, object, path, "nobody"); got != 0 {
				t.Errorf("%s: %d objects with %s=nobody, want none", kind, got, path)
			}
		}
		if err := api.Delete(ctx, object); err != nil {
			t.Fatalf("deleting the sample of %s: %v", kind, err)
		}
	}
}

// selected counts the objects of a kind for which a field has a value.
func selected(t *testing.T, like *unstructured.Unstructured, path, value string) int {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(like.GroupVersionKind())
	if err := api.List(context.Background(), list, client.InNamespace(like.GetNamespace()), client.MatchingFields{path: value}); err != nil {
		t.Fatalf("selecting by %s: %v", path, err)
	}
	return len(list.Items)
}
