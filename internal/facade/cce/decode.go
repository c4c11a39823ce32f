package cce

import (
	"encoding/json"
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
)

// request is a body that satisfies its schema.
type request struct {
	// text is the body without nulls.
	text []byte
	// values are the values in it.
	values sections
}

// read reads and checks a body, into what its schema describes. Errors: *facade.Refusal, *refusal.
func (d *Dialect) read(w http.ResponseWriter, r *http.Request, schema string, into any) (request, error) {
	body, err := facade.ReadUntyped(w, r)
	if err != nil {
		return request{}, err
	}
	return d.decode(body.Raw, schema, into)
}

// decode checks a JSON object, and reads it into what its schema describes. Errors: *refusal.
func (d *Dialect) decode(body []byte, schema string, into any) (request, error) {
	text := withoutNulls(body)
	object, faults := params.DecodeObject(text, "body")
	if len(faults) == 0 {
		faults = d.described.schemas[schema].Validate(object, "")
	}
	if len(faults) > 0 {
		return request{}, invalid(params.Join(faults))
	}
	if err := json.Unmarshal(text, into); err != nil {
		return request{}, invalid("the body is not of the form that is needed here")
	}
	made := request{text: text}
	if spec, ok := object["spec"].(map[string]any); ok {
		values, _ := spec["values"].(map[string]any)
		made.values = sectionsOf(values)
	}
	return made, nil
}

// wish is what a request makes of an add-on.
type wish struct {
	// params are all params, as a JSON object.
	params []byte
	// kept is the request, minus secrets.
	kept *runtime.RawExtension
}

// wishFor turns the values of a request into params of a version. Without a version, or with one whose schema cannot be read, it takes
// them as they are: the hub refuses them.
func (q request) wishFor(version *fleetv1.AddonVersion) wish {
	given, secrets := q.values.params(), []string(nil)
	if version != nil {
		if schema, err := params.CompileSchema(rawOf(version.ParamsSchema)); err == nil {
			given, secrets = schema.Coerce(given), q.values.secrets(schema)
		}
	}
	return wish{params: reply.Encode(given), kept: keep(q.text, secrets)}
}

// decodeInstall reads a wish for an add-on.
func (d *Dialect) decodeInstall(w http.ResponseWriter, r *http.Request) (wire.AddonInstallRequest, request, error) {
	var sent wire.AddonInstallRequest
	q, err := d.read(w, r, schemaInstall, &sent)
	return sent, q, err
}

// decodeUpgrade reads a wish for a change of an add-on.
func (d *Dialect) decodeUpgrade(w http.ResponseWriter, r *http.Request) (wire.AddonUpgradeRequest, request, error) {
	var sent wire.AddonUpgradeRequest
	q, err := d.read(w, r, schemaUpgrade, &sent)
	return sent, q, err
}

// checkUpgrade refuses a change that the present add-on rules out.
func checkUpgrade(sent wire.AddonUpgradeRequest, present *hub.Addon) error {
	switch spec := present.Object.Spec; {
	case sent.Spec.AddonTemplateName != spec.TemplateName:
		return invalid("spec.addonTemplateName: is " + spec.TemplateName + " and cannot be changed")
	case sent.Metadata.Annotations[annotationUpgrade] == upgradePatch && sent.Spec.Version != spec.Version:
		return invalid(params.Member("metadata.annotations", annotationUpgrade) + ": patch changes values only; the version is " + spec.Version)
	}
	return nil
}

const (
	// annotationUpgrade says what an upgrade changes.
	annotationUpgrade = "addon.upgrade/type"
	upgradePatch      = "patch"
)

// decodeRollback reads which cluster a rollback names. It may come without a body.
func (d *Dialect) decodeRollback(w http.ResponseWriter, r *http.Request) (wire.AddonRollbackRequest, error) {
	var sent wire.AddonRollbackRequest
	if r.ContentLength == 0 {
		return sent, nil
	}
	_, err := d.read(w, r, schemaRollback, &sent)
	return sent, err
}
