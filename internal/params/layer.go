package params

import (
	"fmt"
	"regexp"

	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Layer is a document of params that lies over spec.params: what a reference with holds: Params leads to. Nothing of it is ever
// quoted, whatever the schema says: it may come from a Secret.
type Layer struct {
	// At is the reference, for example spec.valuesFrom[0]. Faults in the document are named below it.
	At string
	// Params is the document. A null in it takes away what lies beneath, defaults too.
	Params map[string]any
}

// yamlLine finds the line that an error of the YAML decoder names. The rest of such an error may quote what is there.
var yamlLine = regexp.MustCompile(`\bline ([0-9]+)\b`)

// ReadLayer reads the content of a key that a reference with holds: Params leads to: JSON, or YAML, with the bounds of Decode.
// YAML anchors are followed as far as the decoder deems them harmless, and the result counts against the bounds too.
func ReadLayer(text []byte, at string) (Layer, []Fault) {
	if len(text) > MaxSize {
		return Layer{}, []Fault{{Path: at, Message: fmt.Sprintf("leads to %d bytes; at most %d are allowed", len(text), MaxSize)}}
	}
	if document, faults := DecodeObject(text, at); len(faults) == 0 {
		return Layer{At: at, Params: document}, nil
	}
	converted, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		message := "leads to a document that is neither JSON nor YAML"
		if line := yamlLine.FindStringSubmatch(err.Error()); line != nil {
			message += ": look at line " + line[1]
		}
		return Layer{}, []Fault{{Path: at, Message: message}}
	}
	document, faults := DecodeObject(converted, at)
	if len(faults) > 0 {
		return Layer{}, faults
	}
	return Layer{At: at, Params: document}, nil
}

// HoldsParams tells whether some of the references lead to params. What such an add-on is given is known only with them; see
// CheckPartial.
func HoldsParams(refs []fleetv1.ValuesReference) bool {
	for _, ref := range refs {
		if ref.Holds == fleetv1.ContentParams {
			return true
		}
	}
	return false
}

// origin tells where the values of a document come from.
type origin struct {
	at       string
	document any
	layers   []Layer
}

// locate writes the location of a value as a path: below the last layer that gives it, else below the document's own place.
// An object belongs to no one layer, since it is put together of all.
func (o origin) locate(tokens []string) path {
	if layer, found := o.layer(tokens); found {
		return locate(layer.At, layer.Params, tokens)
	}
	return locate(o.at, o.document, tokens)
}

// hidden tells whether a value comes from a layer.
func (o origin) hidden(tokens []string) bool {
	_, found := o.layer(tokens)
	return found
}

func (o origin) layer(tokens []string) (Layer, bool) {
	for i := len(o.layers) - 1; i >= 0; i-- {
		value, found := lookup(o.layers[i].Params, tokens)
		if _, isObject := value.(map[string]any); found && !isObject {
			return o.layers[i], true
		}
	}
	return Layer{}, false
}
