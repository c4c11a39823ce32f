package params

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Effective are the params of an add-on with the defaults of its version beneath them.
type Effective struct {
	// Params is the merged document.
	Params map[string]any

	from   origin
	schema *Schema
}

// Resolve decodes params, lays them over the version's defaults, lays what references lead to over them in order, and checks
// the result against the version's schema. at is where the params stand, for example spec.params. Without faults the result can
// be turned into values. No fault quotes a value that the schema calls writeOnly or that comes from a layer.
func Resolve(version *fleetv1.AddonVersion, given *runtime.RawExtension, at string, over ...Layer) (Effective, []Fault) {
	effective, faults := assemble(version, given, at, over)
	if len(faults) > 0 {
		return Effective{}, faults
	}
	return effective, effective.schema.validate(effective.from)
}

// CheckPartial says what can be said of params, and of the values that they make, before it is known what references with holds:
// Params lead to: what is missing is no fault, everything else is.
func CheckPartial(version *fleetv1.AddonVersion, given *runtime.RawExtension, at string) []Fault {
	effective, faults := assemble(version, given, at, nil)
	if len(faults) == 0 {
		faults = effective.schema.ValidatePartial(effective.Params, at)
	}
	if len(faults) == 0 {
		_, faults = effective.Values(version)
	}
	return faults
}

// assemble puts the documents together.
func assemble(version *fleetv1.AddonVersion, given *runtime.RawExtension, at string, over []Layer) (Effective, []Fault) {
	params, faults := DecodeObject(rawJSON(given), at)
	if len(faults) > 0 {
		return Effective{}, faults
	}
	faults = Reserved(params, at)
	for _, layer := range over {
		faults = append(faults, Reserved(layer.Params, layer.At)...)
	}
	if len(faults) > 0 {
		return Effective{}, faults
	}
	schema, err := CompileSchema(rawJSON(version.ParamsSchema))
	if err != nil {
		return Effective{}, []Fault{{Path: at, Message: fmt.Sprintf("cannot be checked: paramsSchema of version %s %s", version.Version, err)}}
	}
	defaults, faults := DecodeObject(rawJSON(version.Defaults), "defaults")
	if len(faults) > 0 {
		return Effective{}, faults
	}
	merged := Merge(defaults, params)
	for _, layer := range over {
		merged = Merge(merged, layer.Params)
	}
	return Effective{Params: merged, from: origin{at: at, document: merged, layers: over}, schema: schema}, nil
}

// Values turns the params into the values of the version's chart. With a mapping they go where it says, into the version's
// fixed values; without one they are the values, and the fixed values are laid over them.
func (e Effective) Values(version *fleetv1.AddonVersion) (map[string]any, []Fault) {
	fixed, faults := DecodeObject(rawJSON(version.Values), "values")
	if len(faults) > 0 {
		return nil, faults
	}
	if len(version.ParamMapping) > 0 {
		return e.mapped(version.ParamMapping, fixed)
	}
	return Overlay(e.Params, fixed), nil
}

// Visible returns params as they were given, without what the schema calls writeOnly, for a record of what was deployed.
// It returns nil if nothing was given.
func (e Effective) Visible(given *runtime.RawExtension) *runtime.RawExtension {
	params, faults := DecodeObject(rawJSON(given), e.from.at)
	if len(faults) > 0 || len(params) == 0 || e.schema == nil {
		return nil
	}
	text, err := json.Marshal(e.schema.WithoutSecrets(params))
	if err != nil {
		return nil
	}
	return &runtime.RawExtension{Raw: text}
}

func rawJSON(document *runtime.RawExtension) []byte {
	if document == nil {
		return nil
	}
	return document.Raw
}
