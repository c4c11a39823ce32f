package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// act does what a step does through the kube-apiserver.
func (p *Performance) act(s Step) error {
	switch {
	case !s.Apply.IsZero():
		return p.apply(&s.Apply)
	case s.Patch != nil:
		return p.patch(s.Patch)
	case s.Delete != nil:
		object, err := p.object(*s.Delete)
		if err != nil {
			return err
		}
		return p.World.Kube.Delete(p.Ctx, object)
	default:
		return p.read(s)
	}
}

// object is an object in the tenant of the case, or one in no namespace.
func (p *Performance) object(ref objectRef) (*unstructured.Unstructured, error) {
	name, err := p.Text(ref.Name)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kindOf(ref.Kind))
	object.SetName(name)
	if !slices.Contains(clusterScoped, ref.Kind) {
		object.SetNamespace(p.Home.Namespace)
	}
	return object, nil
}

// clusterScoped are the kinds whose objects are in no namespace, core those that are not of our group.
var (
	clusterScoped = []string{"Platform", "AddonTemplate"}
	core          = []string{"ConfigMap", "Event", "ResourceQuota", "Secret"}
)

func kindOf(kind string) schema.GroupVersionKind {
	if slices.Contains(core, kind) {
		return schema.GroupVersionKind{Version: "v1", Kind: kind}
	}
	return fleetv1.SchemeGroupVersion.WithKind(kind)
}

// apply creates an object. What the wish leaves out is added: the group, the namespace.
func (p *Performance) apply(wish *yaml.Node) error {
	node, err := p.Node(wish)
	if err != nil {
		return err
	}
	content := map[string]any{}
	if err := decodeNode(node, &content); err != nil {
		return err
	}
	object := &unstructured.Unstructured{Object: content}
	object.SetGroupVersionKind(kindOf(object.GetKind()))
	if !slices.Contains(clusterScoped, object.GetKind()) {
		object.SetNamespace(p.Home.Namespace)
		return p.World.Kube.Create(p.Ctx, object)
	}
	if err := p.World.Kube.Create(p.Ctx, object); err != nil {
		return err
	}
	p.Cleanup(func() {
		// The case may be over, and its context with it.
		if err := client.IgnoreNotFound(p.World.Kube.Delete(context.WithoutCancel(p.Ctx), object)); err != nil {
			p.Errorf("deleting the %s %s: %v", object.GetKind(), object.GetName(), err)
		}
	})
	return nil
}

func (p *Performance) patch(wish *patchWish) error {
	object, err := p.object(wish.objectRef)
	if err != nil {
		return err
	}
	node, err := p.Node(&wish.Merge)
	if err != nil {
		return err
	}
	text, err := toJSON(node)
	if err != nil {
		return err
	}
	patch := client.RawPatch(types.MergePatchType, []byte(text))
	if wish.Status {
		return p.World.Kube.Status().Patch(p.Ctx, object, patch)
	}
	return p.World.Kube.Patch(p.Ctx, object, patch)
}

// read compares an object, or the list of all objects of a kind in the tenant, with a wish, until it fits.
func (p *Performance) read(s Step) error {
	wish, err := p.Node(&s.Read.Answer)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(Patience)
	for {
		got, err := p.readOnce(s.Read)
		if err != nil {
			return err
		}
		wrong := Match("", wish, got, true)
		if len(wrong) == 0 {
			return p.Save(s.Save, got)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%v\n%s", wrong, Show(got))
		}
		Pause(p.Ctx)
	}
}

func (p *Performance) readOnce(wish *readWish) (any, error) {
	var whole any
	if wish.List {
		list := &unstructured.UnstructuredList{}
		kind := kindOf(wish.Kind)
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err := p.World.Kube.List(p.Ctx, list, client.InNamespace(p.Home.Namespace)); err != nil {
			return nil, err
		}
		whole = list
	} else {
		object, err := p.object(wish.objectRef)
		if err != nil {
			return nil, err
		}
		if err := p.World.Kube.Get(p.Ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return nil, err
		}
		whole = object
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	return ParseJSON([]byte(strings.TrimSpace(string(text))))
}
