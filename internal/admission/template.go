package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
)

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-addontemplate,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=addontemplates,verbs=create;update,versions=v1alpha1,name=addontemplate.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// TemplateValidator checks AddonTemplates.
type TemplateValidator struct {
	// Live lists Addons by their template, and AddonTemplates, past the cache: what was written a moment ago counts.
	Live client.Reader
}

// ValidateCreate checks a new template.
func (v *TemplateValidator) ValidateCreate(ctx context.Context, template *fleetv1.AddonTemplate) (admission.Warnings, error) {
	warnings, list, err := v.check(ctx, template)
	if err != nil {
		return nil, err
	}
	return warnings, invalid("AddonTemplate", template.Name, list)
}

// ValidateUpdate checks a changed template, and that no version goes that an Addon has.
func (v *TemplateValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.AddonTemplate) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	warnings, list, err := v.check(ctx, after)
	if err != nil {
		return nil, err
	}
	removed, err := v.removedInUse(ctx, before, after)
	if err != nil {
		return nil, err
	}
	return warnings, invalid("AddonTemplate", after.Name, append(list, removed...))
}

// check returns what is wrong with a template, by itself and among the others, and what is doubtful.
func (v *TemplateValidator) check(ctx context.Context, template *fleetv1.AddonTemplate) (admission.Warnings, field.ErrorList, error) {
	faults, doubts := catalog.CheckTemplate(template), catalog.Doubts(template)
	if catalog.Depends(template) {
		var others fleetv1.AddonTemplateList
		if err := v.Live.List(ctx, &others); err != nil {
			return nil, nil, fmt.Errorf("listing the AddonTemplates: %w", err)
		}
		faults = append(faults, catalog.CheckDependencies(template, others.Items)...)
		doubts = append(doubts, catalog.Waits(template, others.Items)...)
	}
	var warnings admission.Warnings
	for _, doubt := range doubts {
		warnings = append(warnings, doubt.String())
	}
	return warnings, fields(faults), nil
}

// ValidateDelete allows every deletion; the controller keeps a template that is in use until it is not.
func (v *TemplateValidator) ValidateDelete(context.Context, *fleetv1.AddonTemplate) (admission.Warnings, error) {
	return nil, nil
}

// removedInUse returns an error for each version that a change takes away from an Addon.
func (v *TemplateValidator) removedInUse(ctx context.Context, before, after *fleetv1.AddonTemplate) (field.ErrorList, error) {
	var removed []string
	for _, version := range catalog.Names(before) {
		if after.Version(version) == nil {
			removed = append(removed, version)
		}
	}
	if len(removed) == 0 {
		return nil, nil
	}
	var addons fleetv1.AddonList
	if err := v.Live.List(ctx, &addons, client.MatchingFields{fleetv1.FieldTemplateName: after.Name}); err != nil {
		return nil, fmt.Errorf("listing the Addons of AddonTemplate %s: %w", after.Name, err)
	}
	var list field.ErrorList
	for _, version := range removed {
		if users := usersOf(version, addons.Items); len(users) > 0 {
			list = append(list, field.Forbidden(field.NewPath("spec", "versions"), fmt.Sprintf(
				"version %s cannot be removed: it is used by the Addons %s", version, strings.Join(users, ", "))))
		}
	}
	return list, nil
}

// maxUsers is how many users of a version a message names.
const maxUsers = 10

func usersOf(version string, addons []fleetv1.Addon) []string {
	var users []string
	for i := range addons {
		if addons[i].Spec.Version == version || addons[i].Status.CurrentVersion == version {
			users = append(users, addons[i].Namespace+"/"+addons[i].Name)
		}
	}
	slices.Sort(users)
	if len(users) > maxUsers {
		users = append(users[:maxUsers], fmt.Sprintf("and %d more", len(users)-maxUsers))
	}
	return users
}
