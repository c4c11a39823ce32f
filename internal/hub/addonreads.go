package hub

import (
	"cmp"
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Addon implements AddonReader.
func (x *Index) Addon(_ context.Context, namespace string, ref Ref) (*Addon, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	object, cluster := x.findAddon(namespace, ref)
	if object == nil {
		return nil, errNotFound(fleetv1.KindAddon)
	}
	return aboutAddon(object, cluster, x.template(object.Spec.TemplateName)), nil
}

// Addons implements AddonReader.
func (x *Index) Addons(_ context.Context, namespace string, cluster Ref) ([]*Addon, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	owner := x.lookUp(namespace, cluster)
	if owner == nil {
		return nil, errNotFound(fleetv1.KindCluster)
	}
	objects := x.addonsOf(key{namespace, owner.Object.Name})
	list := make([]*Addon, 0, len(objects))
	for _, object := range objects {
		list = append(list, aboutAddon(object, owner, x.template(object.Spec.TemplateName)))
	}
	slices.SortFunc(list, func(a, b *Addon) int {
		return cmp.Or(byAge(a.Object, b.Object), strings.Compare(a.Instance, b.Instance), strings.Compare(a.Object.Name, b.Object.Name))
	})
	return list, nil
}

// Template implements AddonReader.
func (x *Index) Template(_ context.Context, name string) (*fleetv1.AddonTemplate, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	if template := x.template(name); template != nil {
		return template, nil
	}
	return nil, errNotFound(fleetv1.KindAddonTemplate)
}

// Templates implements AddonReader.
func (x *Index) Templates(context.Context) ([]*fleetv1.AddonTemplate, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	var list []*fleetv1.AddonTemplate
	x.templates.each(func(_ key, template *fleetv1.AddonTemplate) { list = append(list, template) })
	slices.SortFunc(list, func(a, b *fleetv1.AddonTemplate) int { return cmp.Or(byAge(a, b), strings.Compare(a.Name, b.Name)) })
	return list, nil
}

// KubernetesVersions implements AddonReader.
func (x *Index) KubernetesVersions(ctx context.Context, namespace string) ([]string, error) {
	platform, err := x.Platform(ctx, namespace)
	if err != nil {
		return nil, err
	}
	if platform == nil {
		return nil, nil
	}
	var versions []string
	for _, offered := range platform.Spec.KubernetesVersions {
		versions = append(versions, offered.Version)
	}
	return versions, nil
}

// findAddon returns the add-on that a reference names, and its Cluster; nil if one of the two does not exist. Should several
// have the name, as those may that were not made here, it is the eldest: that one has the release.
func (x *Index) findAddon(namespace string, ref Ref) (*fleetv1.Addon, *Record) {
	var on *Record
	if ref.Cluster != nil {
		if on = x.lookUp(namespace, *ref.Cluster); on == nil {
			return nil, nil
		}
	}
	var found *fleetv1.Addon
	for _, candidate := range x.candidates(namespace, ref, on) {
		if found == nil || cmp.Or(byAge(candidate, found), strings.Compare(candidate.Name, found.Name)) < 0 {
			found = candidate
		}
	}
	switch {
	case found == nil:
		return nil, nil
	case on == nil:
		on = x.lookUp(namespace, Ref{Kind: fleetv1.KindCluster, Name: found.Spec.ClusterName})
	}
	if on == nil {
		return nil, nil
	}
	return found, on
}

// candidates returns the add-ons that a reference may mean; on is the Cluster that they have to be on, nil for any.
func (x *Index) candidates(namespace string, ref Ref, on *Record) []*fleetv1.Addon {
	switch {
	case ref.ID != "":
		x.mu.RLock()
		found := x.joins.addonIDs[key{namespace, string(ref.ID)}]
		x.mu.RUnlock()
		return keepAddons(found, func(a *fleetv1.Addon) bool { return on == nil || a.Spec.ClusterName == on.Object.Name })
	case on != nil:
		found := x.addonsOf(key{namespace, on.Object.Name})
		return keepAddons(found, func(a *fleetv1.Addon) bool { return a.InstanceName() == ref.Name })
	default:
		return nil // an instance name says nothing without its Cluster
	}
}

// keepAddons returns those of a shared list that are wanted.
func keepAddons(list []*fleetv1.Addon, want func(*fleetv1.Addon) bool) []*fleetv1.Addon {
	var kept []*fleetv1.Addon
	for _, addon := range list {
		if want(addon) {
			kept = append(kept, addon)
		}
	}
	return kept
}

// addonsOf returns the add-ons of a Cluster. The list is shared: it is never changed, only replaced.
func (x *Index) addonsOf(cluster key) []*fleetv1.Addon {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.joins.addons[cluster]
}

// template returns a catalogue entry, or nil.
func (x *Index) template(name string) *fleetv1.AddonTemplate {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.templates.get(key{name: name}).object
}

// byAge orders objects by their creation.
func byAge(a, b metav1.Object) int {
	return a.GetCreationTimestamp().Compare(b.GetCreationTimestamp().Time)
}
