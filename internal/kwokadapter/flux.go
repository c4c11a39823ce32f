package kwokadapter

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/controlplane"
)

// findingFlux is the type of the finding that tells of a tenant's Flux.
const findingFlux = "Flux"

// wantsFlux tells whether the tenant's own Flux delivers its add-ons.
func wantsFlux(target adapter.Target) bool {
	if own := target.Cluster.Spec.AddonDelivery; own != "" {
		return own == fleetv1.DeliveryTenant
	}
	return target.Platform != nil && target.Platform.Spec.AddonDelivery == fleetv1.DeliveryTenant
}

// hadFlux tells whether Flux was ever started for the control plane in a folder.
func hadFlux(dir string) (bool, error) {
	components, err := controlplane.Inspect(dir)
	for _, c := range components {
		if c.Component == controlplane.HelmController {
			return true, nil
		}
	}
	return false, err
}

// fluxFindings tells of the Flux that runs beside a control plane, nothing if none does.
func fluxFindings(plane *controlplane.ControlPlane) []fleetv1.ReportCondition {
	if _, runs := plane.Running()[string(controlplane.HelmController)]; !runs {
		return nil
	}
	return []fleetv1.ReportCondition{{
		Type: findingFlux, Status: metav1.ConditionTrue, Reason: reasonFluxRunning,
		Message: "source-controller and helm-controller run beside the control plane",
	}}
}
