package admission

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-platform,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=platforms,verbs=create;update,versions=v1alpha1,name=platform.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// PlatformValidator checks the parameter schemas of Platforms.
type PlatformValidator struct{}

// ValidateCreate checks a new Platform.
func (v *PlatformValidator) ValidateCreate(_ context.Context, platform *fleetv1.Platform) (admission.Warnings, error) {
	return nil, invalid("Platform", platform.Name, fields(schemaFaults(platform)))
}

// ValidateUpdate checks a changed Platform.
func (v *PlatformValidator) ValidateUpdate(_ context.Context, before, after *fleetv1.Platform) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	return nil, invalid("Platform", after.Name, fields(schemaFaults(after)))
}

// ValidateDelete allows every deletion.
func (v *PlatformValidator) ValidateDelete(context.Context, *fleetv1.Platform) (admission.Warnings, error) {
	return nil, nil
}

func schemaFaults(platform *fleetv1.Platform) []params.Fault {
	var faults []params.Fault
	check := func(path string, schema *runtime.RawExtension) {
		if schema == nil {
			return
		}
		if _, err := params.CompileSchema(schema.Raw); err != nil {
			faults = append(faults, params.Fault{Path: path, Message: err.Error()})
		}
	}
	check("spec.clusterParametersSchema", platform.Spec.ClusterParametersSchema)
	check("spec.nodePoolParametersSchema", platform.Spec.NodePoolParametersSchema)
	return faults
}
