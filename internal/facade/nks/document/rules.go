package document

import (
	"maps"
	"regexp"
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
)

// Rules are what bodies are held to.
type Rules struct {
	// Platform governs the cluster; nil if there is none.
	Platform *fleetv1.Platform
	// Versions are the Kubernetes versions that can be asked for where the Platform lists none. Empty for any.
	Versions []fleetv1.KubernetesVersion
	// Strict switches the rules on that the provider's user guide has beside those of its API.
	Strict bool
	// Gophercloud tells that the client is built on gophercloud, which leaves out what others have to say.
	Gophercloud bool
}

const (
	// maxOwnName is how long names of clusters and node groups may be, and strictOwnName under the strict rules.
	maxOwnName, strictOwnName = 53, 20
	// detail is a name that a cluster cannot have: it is part of a path.
	detail = "detail"
)

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	strictForm = regexp.MustCompile(`^[a-z]`)
)

// name reads the name of a new object.
func (r Rules) name(body *fields.Object, reserved string) string {
	const field = "name"
	rule := fields.Text{Required: true, Max: maxOwnName, Form: nameForm,
		Says: "Value should be lower-case letters, digits and hyphens, and begin and end with a letter or digit."}
	if r.Strict {
		rule.Max = strictOwnName
	}
	name := body.Text(field, rule)
	switch {
	case name == "":
	case name == reserved:
		body.Refuse(field, "The name %s is reserved.", reserved)
	case verb.Ref(fleetv1.KindCluster, name).ID != "":
		body.Refuse(field, "Value should not have the form of a UUID.")
	case r.Strict && !strictForm.MatchString(name):
		body.Refuse(field, "Value should begin with a letter.")
	}
	return name
}

// text is a required or optional text of the platform's.
func text(required bool) fields.Text { return fields.Text{Required: required, Max: bounds.MaxName} }

// checkLabels refuses labels that are objects. Lists are for those to refuse that want something else.
func checkLabels(labels *fields.Object, sent map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if _, isObject := sent[name].(map[string]any); isObject {
			labels.Refuse(name, "Value should be a text, a number, a boolean or a list.")
		}
	}
}
