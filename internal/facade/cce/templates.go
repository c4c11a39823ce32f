package cce

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// templates answers with the catalogue.
func (d *Dialect) templates(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	values, err := queryOf(r)
	if err != nil {
		return err
	}
	wanted, err := d.filterOf(r, call, values)
	if err != nil {
		return err
	}
	list, err := d.hub.Templates(r.Context())
	if err != nil {
		return err
	}
	offered, err := d.hub.KubernetesVersions(r.Context(), call.Caller.Namespace)
	if err != nil {
		return err
	}
	body := wire.AddonTemplateList{Kind: kindAddon, APIVersion: apiVersion, Items: []wire.AddonTemplate{}}
	for _, template := range list {
		if versions := wanted.of(template); len(versions) > 0 {
			body.Items = append(body.Items, templateOf(template, versions, offered))
		}
	}
	reply.JSON(w, http.StatusOK, reply.Encode(body))
	return nil
}

// filter says which versions of which templates are wanted.
type filter struct {
	template, version string
	// running is the version of a cluster that has to allow them; onCluster tells that there is one.
	running   string
	onCluster bool
	// above is the version that they have to be newer than, or nil.
	above *semver.Version
	// newest tells that only the newest stable one is wanted.
	newest bool
}

// filterOf reads which templates are wanted. The host has no say in it.
func (d *Dialect) filterOf(r *http.Request, call *facade.Call, values url.Values) (filter, error) {
	made := filter{template: values.Get(paramTemplate), version: values.Get(paramVersion)}
	if text := values.Get(paramNewest); text != "" {
		newest, err := strconv.ParseBool(text)
		if err != nil {
			return filter{}, invalid(paramNewest + ": must be true or false")
		}
		made.newest = newest
	}
	if text := values.Get(paramAbove); text != "" {
		above, err := semver.NewVersion(text)
		if err != nil {
			return filter{}, invalid(paramAbove + ": must be a version, for example 1.0.0")
		}
		made.above = above
	}
	if text := values.Get(paramCluster); text != "" {
		cluster, err := d.cluster(r.Context(), call, text)
		if err != nil {
			return filter{}, err
		}
		made.running, made.onCluster = catalog.ClusterVersion(cluster.Cluster), true
	}
	return made, nil
}

// of returns the versions of a template that are wanted, newest first.
func (f filter) of(template *fleetv1.AddonTemplate) []*fleetv1.AddonVersion {
	if f.template != "" && f.template != template.Name && f.template != template.Spec.DisplayName {
		return nil
	}
	var wanted []*fleetv1.AddonVersion
	for i := range template.Spec.Versions {
		if version := &template.Spec.Versions[i]; f.wants(version) {
			wanted = append(wanted, version)
		}
	}
	slices.SortStableFunc(wanted, func(a, b *fleetv1.AddonVersion) int { return compareVersions(b.Version, a.Version) })
	if f.newest && len(wanted) > 0 {
		return wanted[:1]
	}
	return wanted
}

// wants tells whether a version is wanted, but for whether it is the newest.
func (f filter) wants(version *fleetv1.AddonVersion) bool {
	switch {
	case f.version != "" && f.version != version.Version:
		return false
	case f.newest && !version.Stable:
		return false
	case f.onCluster && catalog.Gate(version, f.running) != nil:
		return false
	case f.above != nil:
		parsed, err := semver.NewVersion(version.Version)
		return err == nil && parsed.GreaterThan(f.above)
	}
	return true
}

// compareVersions compares versions. What is none comes before all that are.
func compareVersions(a, b string) int {
	one, noOne := semver.NewVersion(a)
	other, noOther := semver.NewVersion(b)
	switch {
	case noOne != nil && noOther != nil:
		return cmp.Compare(a, b)
	case noOne != nil:
		return -1
	case noOther != nil:
		return 1
	}
	return one.Compare(other)
}
