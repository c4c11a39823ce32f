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
	// Live reads AddonTemplates past the cache.
	Live client.Reader
}

// ValidateCreate checks a new Addon.
func (v *AddonValidator) ValidateCreate(ctx context.Context, addon *fleetv1.Addon) (admission.Warnings, error) {
	return v.validate(ctx, addon, request{created: true, moved: true})
}

// ValidateUpdate checks what a change asks for. What did not change is not checked again: a suspended or labelled Addon asks
// for nothing new.
func (v *AddonValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.Addon) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	moved := before.Spec.Version != after.Spec.Version
	if !moved && equality.Semantic.DeepEqual(before.Spec.Params, after.Spec.Params) &&
		equality.Semantic.DeepEqual(before.Spec.ValuesFrom, after.Spec.ValuesFrom) {
		return nil, nil
	}
	return v.validate(ctx, after, request{moved: moved})
}

// ValidateDelete allows every deletion.
func (v *AddonValidator) ValidateDelete(context.Context, *fleetv1.Addon) (admission.Warnings, error) {
	return nil, nil
}

// request says what a write does: whether the Addon is new, and whether its version is.
type request struct{ created, moved bool }

// validate checks an Addon, and where its version is new also whether that may go on the cluster as the cluster is now. What the cached template
// refuses is held against the stored one: whoever publishes a version and takes it at once is not told that there is none.
func (v *AddonValidator) validate(ctx context.Context, addon *fleetv1.Addon, asked request) (admission.Warnings, error) {
	template, err := v.template(ctx, v.Reader, addon)
	if err != nil {
		return nil, err
	}
	cluster, err := v.cluster(ctx, addon)
	if err != nil {
		return nil, err
	}
	list := check(addon, template, cluster, asked)
	if len(list) > 0 {
		stored, err := v.template(ctx, v.Live, addon)
		if err != nil {
			return nil, err
		}
		if stored.ResourceVersion != template.ResourceVersion {
			template, list = stored, check(addon, stored, cluster, asked)
		}
	}
	return openly(addon, template), invalid(fleetv1.KindAddon, addon.Name, list)
}

// template returns the AddonTemplate that an Addon names.
func (v *AddonValidator) template(ctx context.Context, from client.Reader, addon *fleetv1.Addon) (*fleetv1.AddonTemplate, error) {
	template := &fleetv1.AddonTemplate{}
	switch err := from.Get(ctx, client.ObjectKey{Name: addon.Spec.TemplateName}, template); {
	case apierrors.IsNotFound(err):
		return nil, invalid(fleetv1.KindAddon, addon.Name, field.ErrorList{
			field.NotFound(field.NewPath("spec", "templateName"), addon.Spec.TemplateName),
		})
	case err != nil:
		return nil, fmt.Errorf("reading AddonTemplate %s: %w", addon.Spec.TemplateName, err)
	}
	return template, nil
}

// check returns what is wrong with an Addon that is to be made from the template.
func check(addon *fleetv1.Addon, template *fleetv1.AddonTemplate, cluster *fleetv1.Cluster, asked request) field.ErrorList {
	at := field.NewPath("spec", "version")
	if asked.created && !template.DeletionTimestamp.IsZero() {
		return field.ErrorList{field.Forbidden(field.NewPath("spec", "templateName"), fmt.Sprintf("AddonTemplate %s is being deleted", template.Name))}
	}
	version := template.Version(addon.Spec.Version)
	if version == nil {
		return field.ErrorList{field.NotSupported(at, addon.Spec.Version, catalog.Names(template))}
	}
	list := fields(append(checkParams(addon, version), params.CheckReferences(addon, "spec.valuesFrom", kubeconfigs(cluster)...)...))
	if asked.moved && cluster != nil && cluster.Status.KubernetesVersion != "" {
		if err := catalog.Gate(version, cluster.Status.KubernetesVersion); err != nil {
			list = append(list, field.Forbidden(at, err.Error()))
		}
	}
	return list
}

// checkParams returns what is wrong with the params. Those that references lead to are not looked at here: the controller reads
// them, and says in the status what is wrong.
func checkParams(addon *fleetv1.Addon, version *fleetv1.AddonVersion) []params.Fault {
	if params.HoldsParams(addon.Spec.ValuesFrom) {
		return params.CheckPartial(version, addon.Spec.Params, "spec.params")
	}
	effective, faults := params.Resolve(version, addon.Spec.Params, "spec.params")
	if len(faults) == 0 {
		_, faults = effective.Values(version)
	}
	return faults
}

// kubeconfigs returns the names of the Secrets that are known to hold the kubeconfig of a cluster.
func kubeconfigs(cluster *fleetv1.Cluster) []string {
	if cluster == nil || cluster.Status.KubeconfigSecretName == "" {
		return nil
	}
	return []string{cluster.Status.KubeconfigSecretName}
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

// openly warns of writeOnly params that stand in the spec, where whoever may read the Addon can read them.
func openly(addon *fleetv1.Addon, template *fleetv1.AddonTemplate) admission.Warnings {
	version := template.Version(addon.Spec.Version)
	if version == nil || version.ParamsSchema == nil || addon.Spec.Params == nil {
		return nil
	}
	schema, err := params.CompileSchema(version.ParamsSchema.Raw)
	given, faults := params.DecodeObject(addon.Spec.Params.Raw, "")
	if err != nil || len(faults) > 0 {
		return nil
	}
	var found admission.Warnings
	for _, pointer := range schema.Secrets(given) {
		found = append(found, fmt.Sprintf("spec.params: %s is writeOnly; put it into a Secret and name that in spec.valuesFrom with holds: Params", pointer))
	}
	return found
}
