package admission

import (
	"errors"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// +kubebuilder:webhookconfiguration:mutating=false,name=slipway
// +kubebuilder:webhookconfiguration:mutating=true,name=slipway

// SetupWithManager adds the webhooks to the manager's webhook server. The manager's cache has to be indexed by the selectable
// fields of fleetv1.
func SetupWithManager(mgr ctrl.Manager) error {
	reader := readThrough{cache: mgr.GetClient(), live: mgr.GetAPIReader()}
	err := errors.Join(
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Addon{}).WithValidator(&AddonValidator{Reader: reader}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Cluster{}).
			WithDefaulter(&ClusterDefaulter{Reader: reader}).WithValidator(&ClusterValidator{Reader: reader}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.NodePool{}).WithValidator(&NodePoolValidator{Reader: reader}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.AddonTemplate{}).WithValidator(&TemplateValidator{Reader: mgr.GetClient()}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Platform{}).WithValidator(&PlatformValidator{}).Complete(),
	)
	if err != nil {
		return fmt.Errorf("setting up the webhooks: %w", err)
	}
	return nil
}
