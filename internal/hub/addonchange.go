package hub

import (
	"context"
	"reflect"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
)

// ChangeAddon implements AddonWriter.
func (s *Store) ChangeAddon(ctx context.Context, caller Caller, ref Ref, change AddonChange) (*Addon, error) {
	return s.steer(ctx, caller, ref, func(ctx context.Context, present *Addon) (*turn, error) {
		return s.changed(ctx, present, change)
	})
}

// changed returns what a change makes of an add-on.
func (s *Store) changed(ctx context.Context, present *Addon, change AddonChange) (*turn, error) {
	object := present.Object
	version, err := catalogued(ctx, s, object.Spec.TemplateName, func(template *fleetv1.AddonTemplate) (*fleetv1.AddonVersion, error) {
		return nextVersion(template, present, change.Version)
	})
	if err != nil {
		return nil, err
	}
	before, err := s.hiddenOf(ctx, object)
	if err != nil {
		return nil, err
	}
	given, err := check(version, change.Params, beside{secret: before.values, more: before.more})
	if err != nil {
		return nil, err
	}
	t := &turn{task: fleetv1.OperationAddonUpgrade, version: version.Version, params: given.visible}
	t.extensions = replaced(object.Spec.Extensions, change.Extensions)
	switch {
	case len(given.secret) == 0:
		t.valuesFrom = before.naming(object.Spec.ValuesFrom, nil)
	case reflect.DeepEqual(given.secret, before.values):
		t.valuesFrom = object.Spec.ValuesFrom
	default:
		t.valuesFrom, t.secret, t.before = object.Spec.ValuesFrom, given.secret, before
	}
	return t, nil
}

// nextVersion returns the version that an add-on is changed to: the present one, or a target.
func nextVersion(template *fleetv1.AddonTemplate, present *Addon, wanted string) (*fleetv1.AddonVersion, error) {
	version := template.Version(wanted)
	if version == nil {
		return nil, noVersion(template, wanted)
	}
	from, running := present.Object.Spec.Version, catalog.ClusterVersion(present.Cluster.Cluster)
	targets := catalog.Targets(template, from, running)
	if wanted == from || slices.Contains(targets, wanted) {
		return version, nil
	}
	if err := gate(version, running); err != nil {
		return nil, err
	}
	if len(targets) == 0 {
		return nil, refuse(RuleVersion, "spec.version", "%s is no version to go to from %s; there is none now", wanted, from)
	}
	return nil, refuse(RuleVersion, "spec.version", "%s is no version to go to from %s; it can be %s", wanted, from, strings.Join(targets, ", "))
}

// replaced returns the requests that an add-on keeps, with those of a change in the place of their dialects'. Those of other dialects
// stay.
func replaced(kept, sent *fleetv1.Extensions) *fleetv1.Extensions {
	if kept == nil || sent == nil {
		return sent
	}
	merged := kept.DeepCopy()
	if sent.HyperFleet != nil {
		merged.HyperFleet = sent.HyperFleet
	}
	if sent.NKS != nil {
		merged.NKS = sent.NKS
	}
	if sent.CCE != nil {
		merged.CCE = sent.CCE
	}
	if sent.IaaS != nil {
		merged.IaaS = sent.IaaS
	}
	return merged
}
