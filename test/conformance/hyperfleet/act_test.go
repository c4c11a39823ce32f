//go:build e2e

package hyperfleet

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func unmarshal(text []byte, into any) error { return json.Unmarshal(text, into) }

// act does what a step does through the kube-apiserver.
func (p *performance) act(s step) error {
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
		return p.world.kube.Delete(p.ctx, object)
	default:
		return p.read(s)
	}
}

// object is an object of ours, in the tenant of the case.
func (p *performance) object(ref objectRef) (*unstructured.Unstructured, error) {
	name, err := p.vars.text(ref.Name)
	if err != nil {
		return nil, err
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kindOf(ref.Kind))
	object.SetName(name)
	if ref.Kind != "Platform" {
		object.SetNamespace(p.home.Namespace)
	}
	return object, nil
}

func kindOf(kind string) schema.GroupVersionKind {
	switch kind {
	case "Event":
		return schema.GroupVersionKind{Version: "v1", Kind: kind}
	case "ResourceQuota":
		return schema.GroupVersionKind{Version: "v1", Kind: kind}
	}
	return fleetv1.SchemeGroupVersion.WithKind(kind)
}

// apply creates an object. What the wish leaves out is added: the group, the namespace.
func (p *performance) apply(wish *yaml.Node) error {
	node, err := p.vars.node(wish)
	if err != nil {
		return err
	}
	content := map[string]any{}
	if err := decodeNode(node, &content); err != nil {
		return err
	}
	object := &unstructured.Unstructured{Object: content}
	object.SetGroupVersionKind(kindOf(object.GetKind()))
	if object.GetKind() != "Platform" {
		object.SetNamespace(p.home.Namespace)
	}
	return p.world.kube.Create(p.ctx, object)
}

func (p *performance) patch(wish *patchWish) error {
	object, err := p.object(wish.objectRef)
	if err != nil {
		return err
	}
	node, err := p.vars.node(&wish.Merge)
	if err != nil {
		return err
	}
	text, err := toJSON(node)
	if err != nil {
		return err
	}
	patch := client.RawPatch(types.MergePatchType, []byte(text))
	if wish.Status {
		return p.world.kube.Status().Patch(p.ctx, object, patch)
	}
	return p.world.kube.Patch(p.ctx, object, patch)
}

// read compares an object, or the list of all objects of a kind in the tenant, with a wish, until it fits.
func (p *performance) read(s step) error {
	wish, err := p.vars.node(&s.Read.Answer)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for {
		got, err := p.readOnce(s.Read)
		if err != nil {
			return err
		}
		wrong := match("", wish, got, true)
		if len(wrong) == 0 {
			return p.save(s.Save, got)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%v\n%s", wrong, show(got))
		}
		pause(p.ctx)
	}
}

func (p *performance) readOnce(wish *readWish) (any, error) {
	var whole any
	if wish.List {
		list := &unstructured.UnstructuredList{}
		kind := kindOf(wish.Kind)
		list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err := p.world.kube.List(p.ctx, list, client.InNamespace(p.home.Namespace)); err != nil {
			return nil, err
		}
		whole = list
	} else {
		object, err := p.object(wish.objectRef)
		if err != nil {
			return nil, err
		}
		if err := p.world.kube.Get(p.ctx, client.ObjectKeyFromObject(object), object); err != nil {
			return nil, err
		}
		whole = object
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	return parseJSON([]byte(strings.TrimSpace(string(text))))
}
