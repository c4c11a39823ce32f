package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// ourRoles is how the names of Slipway's ClusterRoles begin.
const ourRoles = "slipway-"

// page is how many objects are read at once.
const page = 500

// Contents says what goes into an archive.
type Contents struct {
	// Secrets also takes the Secrets of the fleet. Without them kubeconfigs, writeOnly params and access keys have to be brought back by
	// whoever made them.
	Secrets bool
}

// Take reads the fleet. What is owned is read before its owners, so that an object that is created meanwhile never lacks its owner. taken
// is the time that the archive says.
func Take(ctx context.Context, from client.Reader, contents Contents, taken time.Time) (*Archive, error) {
	t := &taking{from: from, found: map[schema.GroupVersionKind][]*unstructured.Unstructured{}, mentioned: map[string]mentions{}}
	for _, kind := range slices.Backward(order) {
		if !ofFleet(kind) && kind.Kind != kindHelmRelease && kind.Kind != kindHelmRepository && kind.Kind != kindOCIRepository {
			continue // what belongs to namespaces of the fleet is read when those are known
		}
		if err := t.list(ctx, kind); err != nil {
			return nil, err
		}
	}
	if err := t.surroundings(ctx, contents); err != nil {
		return nil, err
	}
	archive := &Archive{Taken: taken}
	for _, kind := range order {
		archive.Objects = append(archive.Objects, t.found[kind]...)
	}
	return archive, nil
}

// taking is a backup under way.
type taking struct {
	from  client.Reader
	found map[schema.GroupVersionKind][]*unstructured.Unstructured
	// mentioned is what the objects of the fleet name, by namespace.
	mentioned map[string]mentions
}

// list reads all objects of a kind; those of Flux only where Slipway made them.
func (t *taking) list(ctx context.Context, kind schema.GroupVersionKind) error {
	options := []client.ListOption{client.Limit(page)}
	if !ofFleet(kind) {
		options = append(options, client.HasLabels{fleetv1.LabelAddon})
	}
	err := t.each(ctx, kind, func(object *unstructured.Unstructured) {
		t.found[kind] = append(t.found[kind], object)
		if object.GetNamespace() != "" {
			t.in(object.GetNamespace()).add(object)
		}
	}, options...)
	if apimeta.IsNoMatchError(err) && !ofFleet(kind) {
		return nil // without Flux there is nothing of Flux's
	}
	return err
}

// in returns what is named in a namespace.
func (t *taking) in(namespace string) mentions {
	if _, known := t.mentioned[namespace]; !known {
		t.mentioned[namespace] = newMentions()
	}
	return t.mentioned[namespace]
}

// each reads the objects of a kind page by page.
func (t *taking) each(ctx context.Context, kind schema.GroupVersionKind, do func(*unstructured.Unstructured), options ...client.ListOption) error {
	for next := ""; ; {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err := t.from.List(ctx, list, append(options, client.Continue(next))...); err != nil {
			return fmt.Errorf("listing objects of kind %s: %w", kind.Kind, err)
		}
		for i := range list.Items {
			do(&list.Items[i])
		}
		if next = list.GetContinue(); next == "" {
			return nil
		}
	}
}

// surroundings reads what the fleet's objects need beside them: their namespaces, who may act there, and what they name.
func (t *taking) surroundings(ctx context.Context, contents Contents) error {
	keep := func(object *unstructured.Unstructured) {
		kind := object.GroupVersionKind()
		t.found[kind] = append(t.found[kind], object)
	}
	err := t.each(ctx, kindOf(kindNamespace), func(namespace *unstructured.Unstructured) {
		if _, used := t.mentioned[namespace.GetName()]; used || labelledByFleet(namespace) {
			t.in(namespace.GetName())
			keep(namespace)
		}
	}, client.Limit(page))
	if err != nil {
		return err
	}
	for _, namespace := range sets.List(sets.KeySet(t.mentioned)) {
		in, mentioned := client.InNamespace(namespace), t.mentioned[namespace]
		if err := t.each(ctx, kindOf(kindRoleBinding), func(binding *unstructured.Unstructured) {
			if name, _, _ := unstructured.NestedString(binding.Object, "roleRef", "name"); strings.HasPrefix(name, ourRoles) {
				keep(binding)
			}
		}, in, client.Limit(page)); err != nil {
			return err
		}
		for _, kind := range []string{kindSecret, kindConfigMap} {
			if kind == kindSecret && !contents.Secrets {
				continue
			}
			if err := t.each(ctx, kindOf(kind), func(object *unstructured.Unstructured) {
				if mentioned.belongs(object) {
					keep(object)
				}
			}, in, client.Limit(page)); err != nil {
				return err
			}
		}
	}
	return nil
}

// kindOf returns the full name of one of the kinds in order.
func kindOf(name string) schema.GroupVersionKind {
	return order[slices.IndexFunc(order, func(kind schema.GroupVersionKind) bool { return kind.Kind == name })]
}
