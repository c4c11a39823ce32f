package cce

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/phase"
)

const (
	kindAddon  = "Addon"
	apiVersion = "v3"
	// typeHelm is the type of templates that name none.
	typeHelm = "helm"
	// maxLogo is how long the address of a logo may be; a longer one is left out.
	maxLogo = 200
	// messageDeleting is the message of an add-on that is being deleted.
	messageDeleting = "uninstalling"
)

// addonOf is an add-on as a client sees it.
func addonOf(a *hub.Addon, c client) wire.Addon {
	template := a.Template
	if template == nil {
		template = &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: a.Object.CreationTimestamp}}
	}
	kept := keptOf(a.Object)
	return wire.Addon{
		Kind: kindAddon, APIVersion: apiVersion,
		Metadata: wire.Metadata{
			UID: string(a.ID), Name: a.Instance, Alias: template.Spec.DisplayName, Annotations: keptAnnotations(kept),
			CreationTimestamp: shownTime(a.Object.CreationTimestamp), UpdateTimestamp: updatedAt(a.Object),
		},
		Spec: wire.AddonSpec{
			ClusterID: string(a.Cluster.ID), Version: a.Object.Spec.Version, AddonTemplateName: a.Object.Spec.TemplateName,
			AddonTemplateType: cmp.Or(template.Spec.Type, typeHelm), AddonTemplateLogo: logoOf(template),
			AddonTemplateLabels: listOf(template.Spec.Labels), Description: template.Spec.Description,
			Values: valuesOf(keptValues(kept), shownParams(a, kept)),
		},
		Status: statusOf(a, template, c),
	}
}

// statusOf is the status of an add-on as a client sees it.
func statusOf(a *hub.Addon, template *fleetv1.AddonTemplate, c client) wire.AddonStatus {
	reason, message := causeOf(a)
	return wire.AddonStatus{
		Status: c.word(a.Phase, a.Undeleted), Reason: reason, Message: message, TargetVersions: a.Targets,
		IsRollbackable: a.Rollbackable, PreviousVersion: a.Previous,
		CurrentVersion: versionOf(template, cmp.Or(a.Object.Status.CurrentVersion, a.Object.Spec.Version)),
	}
}

// causeOf says why an add-on is as it is: in the words of what failed, else of why it is not ready.
func causeOf(a *hub.Addon) (reason, message string) {
	conditionType := fleetv1.ConditionReady
	switch a.Phase {
	case phase.DeleteFailed, phase.InstallFailed, phase.UpgradeFailed, phase.RollbackFailed:
		conditionType = fleetv1.ConditionStalled
	}
	for _, condition := range a.Object.Status.Conditions {
		if condition.Type == conditionType && (conditionType == fleetv1.ConditionStalled || condition.Status != metav1.ConditionTrue) {
			reason, message = condition.Reason, condition.Message
		}
	}
	if a.Phase == phase.Deleting {
		message = messageDeleting
	}
	return reason, message
}

// versionOf is a version of a template. One that the template has no more keeps its name only.
func versionOf(template *fleetv1.AddonTemplate, name string) wire.Version {
	at := shownTime(template.CreationTimestamp)
	shown := wire.Version{Version: name, Input: wire.Input{Basic: emptyObject}, Translate: emptyObject, CreationTimestamp: at, UpdateTimestamp: at}
	if version := template.Version(name); version != nil {
		shown.Input.Basic, shown.Stable, shown.Translate = defaultsOf(version), version.Stable, objectOf(version.Translate)
	}
	return shown
}

// defaultsOf are the defaults of a version that are no secret.
func defaultsOf(version *fleetv1.AddonVersion) json.RawMessage {
	defaults, faults := params.DecodeObject(objectOf(version.Defaults), "defaults")
	schema, err := params.CompileSchema(rawOf(version.ParamsSchema))
	if len(faults) > 0 || err != nil {
		return emptyObject
	}
	return reply.Encode(schema.WithoutSecrets(defaults))
}

// shownParams are the params of an add-on that are no secret. Where nobody can tell, only what the client sent itself is shown.
func shownParams(a *hub.Addon, kept *runtime.RawExtension) map[string]any {
	given, faults := params.DecodeObject(objectOf(a.Object.Spec.Params), fieldParams)
	if len(faults) > 0 {
		return nil
	}
	if a.Template != nil {
		if version := a.Template.Version(a.Object.Spec.Version); version != nil {
			if schema, err := params.CompileSchema(rawOf(version.ParamsSchema)); err == nil {
				return schema.WithoutSecrets(given)
			}
		}
	}
	sent, _ := params.DecodeObject(keptValues(kept), fieldValues)
	in := sectionsOf(sent)
	maps.DeleteFunc(given, func(name string, _ any) bool {
		_, found := in.standsIn(name)
		return !found
	})
	return given
}

// keptOf is the request that an add-on keeps, or nil.
func keptOf(addon *fleetv1.Addon) *runtime.RawExtension {
	if addon.Spec.Extensions == nil {
		return nil
	}
	return addon.Spec.Extensions.CCE
}

// updatedAt is when an add-on last changed: the newest transition of a condition, or entry of its history.
func updatedAt(addon *fleetv1.Addon) time.Time {
	latest := addon.CreationTimestamp.Time
	for _, condition := range addon.Status.Conditions {
		latest = later(latest, condition.LastTransitionTime.Time)
	}
	for _, entry := range addon.Status.History {
		latest = later(latest, entry.DeployedTime.Time)
	}
	return shownTime(metav1.NewTime(latest))
}

func later(a, b time.Time) time.Time {
	return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare)
}

// shownTime is a time in UTC and whole seconds.
func shownTime(at metav1.Time) time.Time { return at.UTC().Truncate(time.Second) }

// logoOf is where the picture of a template is.
func logoOf(template *fleetv1.AddonTemplate) string {
	if len(template.Spec.LogoURL) > maxLogo {
		return ""
	}
	return template.Spec.LogoURL
}

// listOf is a list that is never null.
func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// emptyObject is what is shown where there is nothing.
var emptyObject = json.RawMessage("{}")

// objectOf is a free-form object as it was written.
func objectOf(written *runtime.RawExtension) json.RawMessage {
	if raw := rawOf(written); isObject(raw) {
		return raw
	}
	return emptyObject
}

func rawOf(extension *runtime.RawExtension) []byte {
	if extension == nil {
		return nil
	}
	return extension.Raw
}
