package iaas

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/params"
)

// Members of a request to install.
const (
	memberAddon  = "addon"
	memberParams = "params"
)

// malformed is the error about a body that is no JSON in the form that all dialects demand: UTF-8, no member twice, not nested too
// deep, all of it there.
var malformed = unprocessable(violation("JSON decode error", "json_invalid"))

// violation is one thing that is wrong with a body, or with a member of it.
func violation(message, kind string, member ...string) wire.Violation {
	return wire.Violation{Loc: append([]string{"body"}, member...), Msg: message, Type: kind}
}

// unprocessable is the error about a body of the wrong form.
func unprocessable(violations ...wire.Violation) *failure {
	return &failure{status: http.StatusUnprocessableEntity, detail: "the body is not of the form that is needed", violations: violations}
}

// installation is a request to install an add-on.
type installation struct {
	// addon names the catalogue entry.
	addon string
	// params are the settings, decoded; nil if none were sent.
	params map[string]any
	// sent is the whole body.
	sent map[string]any
}

// readInstallation reads the body of a request. Errors: a failure, or a refusal of package facade.
func readInstallation(w http.ResponseWriter, r *http.Request) (installation, error) {
	body, err := facade.ReadJSON(w, r)
	if err == nil {
		return decodeInstallation(body.Object)
	}
	refusal, ok := errors.AsType[*facade.Refusal](err)
	if ok && refusal.Cause == facade.BadBody && otherValue(body.Raw) {
		return installation{}, unprocessable(violation("must be an object", "model_attributes_type"))
	}
	return installation{}, err
}

// otherValue tells whether a text that is no JSON object is a good JSON value of another type.
func otherValue(text []byte) bool {
	value, faults := params.Decode(text, "body")
	_, isObject := value.(map[string]any)
	return len(faults) == 0 && !isObject
}

// decodeInstallation reads a decoded body. Members that it does not know are ignored. Errors: a failure that names all that is wrong.
func decodeInstallation(body map[string]any) (installation, error) {
	read := installation{sent: body}
	var violations []wire.Violation
	addon, given := body[memberAddon]
	name, isText := addon.(string)
	switch {
	case !given:
		violations = append(violations, violation("field required", "missing", memberAddon))
	case !isText:
		violations = append(violations, violation("must be a string", "string_type", memberAddon))
	}
	read.addon = name
	switch settings := body[memberParams].(type) {
	case nil:
	case map[string]any:
		read.params = settings
	default:
		violations = append(violations, violation("must be an object", "dict_type", memberParams))
	}
	if len(violations) > 0 {
		return installation{}, unprocessable(violations...)
	}
	return read, nil
}

// rawParams are the params as JSON; nil if none were sent.
func (i installation) rawParams() []byte {
	if i.params == nil {
		return nil
	}
	return encoded(i.params)
}

// encoded encodes what was decoded from JSON, which cannot fail. Numbers keep their digits.
func encoded(value map[string]any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("iaas: encoding what was decoded: " + err.Error())
	}
	return text
}
