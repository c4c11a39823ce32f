package admission

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// +kubebuilder:webhookconfiguration:mutating=false,name=slipway
// +kubebuilder:webhookconfiguration:mutating=true,name=slipway

// SetupWithManager adds the webhooks to the manager's webhook server. The manager's cache has to be indexed by the selectable
// fields of fleetv1.
func SetupWithManager(mgr ctrl.Manager) error {
	reader := readThrough{cache: mgr.GetClient(), live: mgr.GetAPIReader()}
	pools := &NodePoolValidator{Reader: reader, Live: mgr.GetAPIReader()}
	mgr.GetWebhookServer().Register(scalePath, &admission.Webhook{
		Handler: &ScaleValidator{Pools: pools, Decoder: admission.NewDecoder(mgr.GetScheme())},
	})
	err := errors.Join(
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Addon{}).WithValidator(&AddonValidator{Reader: reader, Live: mgr.GetAPIReader()}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Cluster{}).
			WithDefaulter(&ClusterDefaulter{Reader: reader}).WithValidator(&ClusterValidator{Reader: reader}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.NodePool{}).WithValidator(pools).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.AddonTemplate{}).WithValidator(&TemplateValidator{Live: mgr.GetAPIReader()}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &corev1.Secret{}).WithValidator(&AccessKeyValidator{Client: mgr.GetClient()}).Complete(),
		ctrl.NewWebhookManagedBy(mgr, &fleetv1.Platform{}).WithValidator(&PlatformValidator{}).Complete(),
	)
	if err != nil {
		return fmt.Errorf("setting up the webhooks: %w", err)
	}
	return nil
}
