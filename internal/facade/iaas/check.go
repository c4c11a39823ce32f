package iaas

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/params"
)

// maxQuoted is how much of a name that a client sent an error repeats.
const maxQuoted = 64

// notInCatalogue is the error about an unknown add-on.
func notInCatalogue(name string) *failure {
	if runes := []rune(name); len(runes) > maxQuoted {
		name = string(runes[:maxQuoted]) + "…"
	}
	return badRequest(fmt.Sprintf("%s: '%s' is not in the catalogue", memberAddon, name))
}

// catalogueVersion is the version of an entry that the catalogue shows and that is installed: the newest stable one, or the newest,
// if none is stable. Nil if there is none.
func catalogueVersion(template *fleetv1.AddonTemplate) *fleetv1.AddonVersion {
	return template.Version(catalog.Newest(template))
}

// check holds a request against the catalogue and the cluster. Errors: a failure.
func (i installation) check(template *fleetv1.AddonTemplate, version *fleetv1.AddonVersion, cluster *fleetv1.Cluster) error {
	if faults := checkParams(version, i.params); len(faults) > 0 {
		return badRequest(params.Join(faults))
	}
	running := catalog.ClusterVersion(cluster)
	if needs := unmet(version, running); needs != "" {
		return badRequest(fmt.Sprintf("cluster version %s does not satisfy %s %s: needs %s", running, template.Name, version.Version, needs))
	}
	provisioned := apimeta.IsStatusConditionTrue(cluster.Status.Conditions, fleetv1.ConditionProvisioned)
	if !provisioned || cluster.DeletionTimestamp != nil {
		return badRequest(detailNotReady)
	}
	return nil
}

// unmet says what a version needs the cluster to run, and the cluster does not; empty if it is content. A cluster that has not said
// what it runs is given the benefit of the doubt, as everywhere: the add-on waits for it.
func unmet(version *fleetv1.AddonVersion, running string) string {
	err := catalog.Gate(version, running)
	if err == nil || errors.Is(err, catalog.ErrNoVersion) {
		return ""
	}
	if gate, ok := errors.AsType[*catalog.GateError](err); ok {
		return gate.Needs()
	}
	return "a version that can be read: " + err.Error()
}

// checkParams returns what is wrong with params, in the order of their paths. Only params that the schema names are known, whatever
// else the schema leaves open. No fault quotes a secret.
func checkParams(version *fleetv1.AddonVersion, given map[string]any) []params.Fault {
	unknown := unknownParams(version, given)
	effective, faults := params.Resolve(version, rawExtension(given), memberParams)
	if len(faults) == 0 {
		_, faults = effective.Values(version)
	}
	faults = slices.DeleteFunc(faults, func(fault params.Fault) bool {
		_, told := unknown[fault.Path]
		return told
	})
	faults = slices.AppendSeq(faults, maps.Values(unknown))
	slices.SortFunc(faults, func(a, b params.Fault) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return faults
}

// unknownParams returns faults about the params that the schema does not name, by path.
func unknownParams(version *fleetv1.AddonVersion, given map[string]any) map[string]params.Fault {
	known := paramsOf(version)
	names := slices.Sorted(maps.Keys(known))
	message := "is unknown"
	if len(names) > 0 {
		message += ", known are " + strings.Join(names, ", ")
	}
	faults := map[string]params.Fault{}
	for name := range given {
		if _, isKnown := known[name]; !isKnown {
			path := params.Member(memberParams, name)
			faults[path] = params.Fault{Path: path, Message: message}
		}
	}
	return faults
}

func rawExtension(document map[string]any) *runtime.RawExtension {
	if document == nil {
		return nil
	}
	return &runtime.RawExtension{Raw: encoded(document)}
}

// record is the request as it is kept on the add-on: without secrets.
func (i installation) record(version *fleetv1.AddonVersion) *fleetv1.Extensions {
	kept := maps.Clone(i.sent)
	if i.params != nil {
		schema, err := schemaOf(version)
		if err != nil {
			// Nobody can tell what is secret.
			delete(kept, memberParams)
		} else {
			kept[memberParams] = schema.WithoutSecrets(i.params)
		}
	}
	return &fleetv1.Extensions{IaaS: &runtime.RawExtension{Raw: encoded(kept)}}
}
