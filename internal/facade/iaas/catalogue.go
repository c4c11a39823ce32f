package iaas

import (
	"cmp"
	"net/http"
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/params"
)

// catalog lists what can be installed.
func (d *Dialect) catalog(w http.ResponseWriter, r *http.Request, _ *facade.Call) error {
	templates, err := d.hub.Templates(r.Context())
	if err != nil {
		return err
	}
	reply.JSON(w, http.StatusOK, reply.Encode(shownCatalogue(templates)))
	return nil
}

// shownCatalogue is the catalogue as answers show it: by name, and without entries that have no version.
func shownCatalogue(templates []*fleetv1.AddonTemplate) wire.Catalog {
	shown := wire.Catalog{}
	for _, template := range templates {
		if version := catalogueVersion(template); version != nil {
			shown = append(shown, shownEntry(template, version))
		}
	}
	slices.SortFunc(shown, func(a, b wire.CatalogEntry) int { return cmp.Compare(a.Name, b.Name) })
	return shown
}

// shownEntry is one entry as answers show it.
func shownEntry(template *fleetv1.AddonTemplate, version *fleetv1.AddonVersion) wire.CatalogEntry {
	entry := wire.CatalogEntry{
		Name: template.Name, DisplayName: cmp.Or(template.Spec.DisplayName, template.Name), Description: template.Spec.Description,
		Version: version.Version, Params: map[string]wire.Param{},
	}
	for name, param := range paramsOf(version) {
		entry.Params[name] = wire.Param(param)
	}
	return entry
}

// paramsOf returns the params that a version has, by name.
func paramsOf(version *fleetv1.AddonVersion) map[string]params.Property {
	schema, err := schemaOf(version)
	if err != nil {
		return nil
	}
	return schema.Describe()
}

func schemaOf(version *fleetv1.AddonVersion) (*params.Schema, error) {
	if version.ParamsSchema == nil {
		return params.CompileSchema(nil)
	}
	return params.CompileSchema(version.ParamsSchema.Raw)
}
