package backup

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// placeholder is a task that no REST client was promised. It stands in the spec of an object for its first generation, where it needs a
// second one.
var placeholder = map[string]any{"id": "00000000-0000-0000-0000-000000000000", "type": "RESTORE", "generation": int64(1)}

// plan is what can be said of an archive before anything is written.
type plan struct {
	// objects are those in the archive, by the UIDs they had.
	objects map[types.UID]*unstructured.Unstructured
	// templates are the spans of the AddonTemplates by name.
	templates map[string]span
	latest    latest
}

func newPlan(archive *Archive) *plan {
	p := &plan{objects: map[types.UID]*unstructured.Unstructured{}, templates: map[string]span{}, latest: latest{}}
	for _, object := range archive.Objects {
		p.objects[object.GetUID()] = object
		switch object.GetKind() {
		case kindTemplate:
			p.templates[object.GetName()] = spanOf(object)
		case kindOperation:
			p.latest.add(object)
		}
	}
	return p
}

// draft is how one object is restored, step by step.
type draft struct {
	// create is the object to be created.
	create *unstructured.Unstructured
	// second is a merge patch that makes the second generation; nil where there is only one.
	second map[string]any
	// status is to be written once the object has its generation; nil for none.
	status map[string]any
	// wake is a merge patch that lets Flux act again; nil where there is nothing to wake.
	wake map[string]any
	// managers are whose the fields were.
	managers []any
	// remove tells that the object was being deleted, and is to be again.
	remove bool
	// notes are what could not be taken along.
	notes []string
}

// errOwner tells that an object cannot be restored because its owner was not.
type errOwner struct{ owner metav1.OwnerReference }

// Error names the owner.
func (e errOwner) Error() string {
	return fmt.Sprintf("its owner, %s %s, was not restored", e.owner.Kind, e.owner.Name)
}

// draft says how an object is restored. born are the UIDs of what was restored before, by those they had.
func (p *plan) draft(object *unstructured.Unstructured, born map[types.UID]types.UID) (*draft, error) {
	d := &draft{create: object.DeepCopy(), status: p.statusOf(object), remove: !object.GetDeletionTimestamp().IsZero()}
	d.managers, _, _ = unstructured.NestedSlice(object.Object, "metadata", "managedFields")
	delete(d.create.Object, "status")
	for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
		"deletionTimestamp", "deletionGracePeriodSeconds"} {
		unstructured.RemoveNestedField(d.create.Object, "metadata", field)
	}
	if err := p.own(d, object, born); err != nil {
		return nil, err
	}
	d.mark(object)
	switch {
	case isTarget(object):
		return d, d.ofTarget(object)
	case object.GetKind() == kindHelmRelease:
		return d, d.ofRelease(object)
	case object.GetKind() == kindReport:
		return d, p.ofReport(d, object, born)
	case object.GetKind() == kindOperation:
		return d, p.ofOperation(d, object, born)
	}
	return d, nil
}

// own rewires the owners. One that is no part of the fleet is not known to be there, and garbage collection would take the object along.
func (p *plan) own(d *draft, object *unstructured.Unstructured, born map[types.UID]types.UID) error {
	var owners []metav1.OwnerReference
	for _, owner := range object.GetOwnerReferences() {
		uid, restored := born[owner.UID]
		switch {
		case restored:
			owner.UID = uid
			owners = append(owners, owner)
		case p.objects[owner.UID] != nil, isFleets(owner):
			return errOwner{owner}
		default:
			d.notes = append(d.notes, fmt.Sprintf("its owner, %s %s, is no part of the backup, and was left out", owner.Kind, owner.Name))
		}
	}
	d.create.SetOwnerReferences(owners)
	return nil
}

// mark keeps everybody's hands off the object until it is whole, and says what the API server will not: its id and when it was first
// created. What stood for something under way on the old management cluster goes.
func (d *draft) mark(object *unstructured.Unstructured) {
	annotations, labels := d.create.GetAnnotations(), d.create.GetLabels()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[fleetv1.AnnotationRestoring] = "true"
	delete(annotations, fleetv1.AnnotationNKSTask)
	delete(annotations, fleetv1.AnnotationSettling)
	if isTarget(object) || object.GetKind() == kindTemplate {
		created := fleetv1.CreatedTime(object)
		annotations[fleetv1.AnnotationCreatedTime] = created.UTC().Format(time.RFC3339)
	}
	if isTarget(object) || object.GetKind() == kindTemplate || object.GetKind() == kindOperation {
		if labels == nil {
			labels = map[string]string{}
		}
		labels[fleetv1.LabelID] = fleetv1.IDOf(object)
	}
	d.create.SetAnnotations(annotations)
	d.create.SetLabels(labels)
}

// ofTarget gives a Cluster, NodePool or Addon its generations. A promise to a REST client that was kept long ago must not hold for the
// generation of that number, which comes again.
func (d *draft) ofTarget(object *unstructured.Unstructured) error {
	s := spanOf(object)
	promised, found, err := unstructured.NestedMap(object.Object, "spec", "operation")
	if err != nil {
		return fmt.Errorf("reading spec.operation: %w", err)
	}
	var wish any
	if found && promised["generation"] == s.was {
		promised["generation"] = s.is
		wish = promised
	}
	if s.is > 1 {
		d.second = map[string]any{"spec": map[string]any{"operation": wish}}
		wish = placeholder
	}
	if wish == nil {
		unstructured.RemoveNestedField(d.create.Object, "spec", "operation")
		return nil
	}
	return set(d.create, wish, "spec", "operation")
}

// ofRelease keeps Flux from acting on a HelmRelease before its status says what is installed already.
func (d *draft) ofRelease(object *unstructured.Unstructured) error {
	if suspended(object) {
		return nil
	}
	was, _, _ := unstructured.NestedFieldNoCopy(object.Object, "spec", "suspend")
	d.wake = map[string]any{"spec": map[string]any{"suspend": was}}
	return set(d.create, true, "spec", "suspend")
}

// ofReport makes a report one about the restored target.
func (p *plan) ofReport(d *draft, object *unstructured.Unstructured, born map[types.UID]types.UID) error {
	uid, named, _ := unstructured.NestedString(object.Object, "spec", "targetRef", "uid")
	if !named {
		return nil // the controller finds its target by name
	}
	target := p.objects[types.UID(uid)]
	if target == nil || born[types.UID(uid)] == "" {
		return errOwner{metav1.OwnerReference{Kind: "target", Name: uid}} // it is an owner too, where the report is whole
	}
	if err := set(d.create, string(born[types.UID(uid)]), "spec", "targetRef", "uid"); err != nil {
		return err
	}
	if report, ok := d.create.Object["report"].(map[string]any); ok {
		move(report, "observedGeneration", spanOf(target))
	}
	return nil
}

// ofOperation makes a record that carries on one about the restored target.
func (p *plan) ofOperation(d *draft, object *unstructured.Unstructured, born map[types.UID]types.UID) error {
	old, generation, _ := about(object)
	target := p.objects[old]
	switch {
	case target == nil, !p.latest.carriesOn(object):
		return nil
	case born[old] == "":
		return errOwner{metav1.OwnerReference{Kind: target.GetKind(), Name: target.GetName()}}
	}
	if err := set(d.create, string(born[old]), "spec", "target", "uid"); err != nil {
		return err
	}
	return set(d.create, max(spanOf(target).of(generation), 1), "spec", "generation")
}

func set(object *unstructured.Unstructured, value any, path ...string) error {
	if err := unstructured.SetNestedField(object.Object, value, path...); err != nil {
		return fmt.Errorf("setting %v of %s: %w", path, named(object), err)
	}
	return nil
}
