package admission

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/params"
)

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-addon,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=addons,verbs=create;update,versions=v1alpha1,name=addon.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// AddonValidator checks Addons against the template they name and the cluster they are for.
type AddonValidator struct {
	// Reader reads AddonTemplates and Clusters.
	Reader client.Reader
}

// ValidateCreate checks a new Addon.
func (v *AddonValidator) ValidateCreate(ctx context.Context, addon *fleetv1.Addon) (admission.Warnings, error) {
	return warnings(addon), v.validate(ctx, addon, true)
}

// ValidateUpdate checks what a change asks for. What did not change is not checked again: a suspended or labelled Addon asks
// for nothing new.
func (v *AddonValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.Addon) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	moved := before.Spec.Version != after.Spec.Version
	if !moved && equality.Semantic.DeepEqual(before.Spec.Params, after.Spec.Params) &&
		equality.Semantic.DeepEqual(before.Spec.ValuesFrom, after.Spec.ValuesFrom) {
		return warnings(after), nil
	}
	return warnings(after), v.validate(ctx, after, moved)
}

// ValidateDelete allows every deletion.
func (v *AddonValidator) ValidateDelete(context.Context, *fleetv1.Addon) (admission.Warnings, error) {
	return nil, nil
}

// validate checks an Addon, and with gate also whether its version may go on the cluster as that is now.
func (v *AddonValidator) validate(ctx context.Context, addon *fleetv1.Addon, gate bool) error {
	spec := field.NewPath("spec")
	template := &fleetv1.AddonTemplate{}
	switch err := v.Reader.Get(ctx, client.ObjectKey{Name: addon.Spec.TemplateName}, template); {
	case apierrors.IsNotFound(err):
		return invalid(fleetv1.KindAddon, addon.Name, field.ErrorList{field.NotFound(spec.Child("templateName"), addon.Spec.TemplateName)})
	case err != nil:
		return fmt.Errorf("reading AddonTemplate %s: %w", addon.Spec.TemplateName, err)
	}
	version := template.Version(addon.Spec.Version)
	if version == nil {
		return invalid(fleetv1.KindAddon, addon.Name, field.ErrorList{
			field.NotSupported(spec.Child("version"), addon.Spec.Version, catalog.Names(template)),
		})
	}
	cluster, err := v.cluster(ctx, addon)
	if err != nil {
		return err
	}
	list := fields(check(addon, version, cluster))
	if gate && cluster != nil && cluster.Status.KubernetesVersion != "" {
		if err := catalog.Gate(version, cluster.Status.KubernetesVersion); err != nil {
			list = append(list, field.Forbidden(spec.Child("version"), err.Error()))
		}
	}
	return invalid(fleetv1.KindAddon, addon.Name, list)
}

// check returns what is wrong with the params and the references for values.
func check(addon *fleetv1.Addon, version *fleetv1.AddonVersion, cluster *fleetv1.Cluster) []params.Fault {
	effective, faults := params.Resolve(version, addon.Spec.Params, "spec.params")
	if len(faults) == 0 {
		_, faults = effective.Values(version)
	}
	var named []string
	if cluster != nil && cluster.Status.KubeconfigSecretName != "" {
		named = append(named, cluster.Status.KubeconfigSecretName)
	}
	return append(faults, params.CheckValuesFrom(addon.Spec.ValuesFrom, "spec.valuesFrom", named...)...)
}

// cluster returns the Cluster that an Addon names, nil if there is none: an Addon may be created before it.
func (v *AddonValidator) cluster(ctx context.Context, addon *fleetv1.Addon) (*fleetv1.Cluster, error) {
	cluster := &fleetv1.Cluster{}
	switch err := v.Reader.Get(ctx, client.ObjectKey{Namespace: addon.Namespace, Name: addon.Spec.ClusterName}, cluster); {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading Cluster %s: %w", addon.Spec.ClusterName, err)
	}
	return cluster, nil
}

// warnings tells about settings that are kept and not acted on yet.
func warnings(addon *fleetv1.Addon) admission.Warnings {
	if addon.Spec.UpgradePolicy == "" || addon.Spec.UpgradePolicy == fleetv1.UpgradeManual {
		return nil
	}
	return admission.Warnings{fmt.Sprintf("spec.upgradePolicy: %s is kept but not acted on yet; change spec.version to upgrade", addon.Spec.UpgradePolicy)}
}
