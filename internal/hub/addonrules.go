package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/params"
)

// refuse returns an Invalid of one fault.
func refuse(rule Rule, field, format string, args ...any) error {
	return &Error{
		Reason: Invalid, Message: "The add-on breaks rules", Faults: []Fault{{Field: field, Message: fmt.Sprintf(format, args...), Rule: rule}},
	}
}

// catalogued returns the catalogue entry of that name that satisfies a check, with what the check returned. A refusal is said only of
// the entry as it is live.
func catalogued[T any](ctx context.Context, s *Store, name string, check func(*fleetv1.AddonTemplate) (T, error)) (T, error) {
	if known, err := s.Memory.Template(ctx, name); err == nil {
		if result, err := check(known); err == nil {
			return result, nil
		}
	}
	var none T
	fresh := &fleetv1.AddonTemplate{}
	err := s.Client.Get(ctx, client.ObjectKey{Name: name}, fresh)
	switch {
	case apierrors.IsNotFound(err):
		return none, refuse(RuleTemplate, "spec.templateName", "%s is not in the catalogue", name)
	case err != nil:
		return none, fault(err)
	}
	return check(fresh)
}

// pick returns the version of a catalogue entry that is asked for; nothing asks for the newest stable one that the cluster
// allows. As long as nobody knows what the cluster runs, it allows everything: the add-on waits for it.
func pick(template *fleetv1.AddonTemplate, wanted string, cluster *fleetv1.Cluster) (*fleetv1.AddonVersion, error) {
	running := catalog.ClusterVersion(cluster)
	if wanted == "" {
		return newest(template, running)
	}
	version := template.Version(wanted)
	if version == nil {
		return nil, noVersion(template, wanted)
	}
	return version, gate(version, running)
}

func newest(template *fleetv1.AddonTemplate, running string) (*fleetv1.AddonVersion, error) {
	if version := template.Version(catalog.NewestAllowed(template, running)); version != nil {
		return version, nil
	}
	version := template.Version(catalog.Newest(template))
	switch {
	case version == nil, !version.Stable:
		return nil, refuse(RuleVersion, "spec.version", "template %s has no stable version; name one of %s", template.Name, offered(template))
	default:
		return version, gate(version, running)
	}
}

func noVersion(template *fleetv1.AddonTemplate, wanted string) error {
	return refuse(RuleVersion, "spec.version", "template %s has no version %s; it has %s", template.Name, wanted, offered(template))
}

func offered(template *fleetv1.AddonTemplate) string {
	return strings.Join(catalog.Names(template), ", ")
}

// gate refuses a version that is not for the cluster. The error leads to what the catalogue says, a catalog.GateError.
func gate(version *fleetv1.AddonVersion, running string) error {
	if running == "" {
		return nil
	}
	err := catalog.Gate(version, running)
	if err == nil {
		return nil
	}
	return &Error{
		Reason: Invalid, Message: "The add-on breaks rules", Err: err,
		Faults: []Fault{{Field: "spec.version", Message: err.Error(), Rule: RuleGate}},
	}
}

// settings are params that a version accepts, taken apart.
type settings struct {
	// visible go into spec.params, secret, which the schema calls writeOnly, into a Secret.
	visible *runtime.RawExtension
	secret  map[string]any
}

// beside says what lies beside params that are given.
type beside struct {
	// secret are the writeOnly params of before: those that are not given anew stay.
	secret map[string]any
	// more tells that references lead to further params, which nobody knows here.
	more bool
}

// check holds params against a version.
func check(version *fleetv1.AddonVersion, given []byte, b beside) (settings, error) {
	document, faults := keepable(given, "spec.params")
	if len(faults) > 0 {
		return settings{}, badParams(faults)
	}
	schema, err := params.CompileSchema(rawJSON(version.ParamsSchema))
	if err != nil {
		return settings{}, badParams([]params.Fault{{Path: "spec.params", Message: "cannot be checked: the schema " + err.Error()}})
	}
	visible, secret := schema.Split(document)
	_, kept := schema.Split(b.secret)
	secret = params.Merge(kept, secret)
	if faults := checkWhole(version, params.Merge(visible, secret), b.more); len(faults) > 0 {
		return settings{}, badParams(faults)
	}
	if given == nil {
		return settings{secret: secret}, nil
	}
	raw, err := json.Marshal(visible)
	if err != nil {
		return settings{}, fmt.Errorf("writing down params: %w", err)
	}
	return settings{visible: &runtime.RawExtension{Raw: raw}, secret: secret}, nil
}

// checkWhole checks params as one document, and the chart's values that they make.
func checkWhole(version *fleetv1.AddonVersion, whole map[string]any, more bool) []params.Fault {
	raw, err := json.Marshal(whole)
	if err != nil {
		return []params.Fault{{Path: "spec.params", Message: "cannot be written down"}}
	}
	given := &runtime.RawExtension{Raw: raw}
	if more {
		return params.CheckPartial(version, given, "spec.params")
	}
	effective, faults := params.Resolve(version, given, "spec.params")
	if len(faults) == 0 {
		_, faults = effective.Values(version)
	}
	return faults
}

func badParams(faults []params.Fault) error {
	list := make([]Fault, 0, len(faults))
	for _, f := range faults {
		list = append(list, Fault{Field: f.Path, Message: f.Message, Rule: RuleParams})
	}
	return &Error{Reason: Invalid, Message: "The add-on breaks rules", Faults: list}
}

// ruled says of the faults that admission found which kind of rule each is about. An add-on may pass here and be refused there:
// the catalogue is another one a moment later.
func ruled(err error) error {
	known, ok := errors.AsType[*Error](fault(err))
	if !ok || known.Reason != Invalid {
		return err
	}
	for i, f := range known.Faults {
		switch {
		case f.Rule != "":
		case f.Field == "spec.templateName":
			known.Faults[i].Rule = RuleTemplate
		case f.Field == "spec.version":
			known.Faults[i].Rule = RuleVersion
		case strings.HasPrefix(f.Field, "spec.params"):
			known.Faults[i].Rule = RuleParams
		}
	}
	return known
}

func rawJSON(document *runtime.RawExtension) []byte {
	if document == nil {
		return nil
	}
	return document.Raw
}
