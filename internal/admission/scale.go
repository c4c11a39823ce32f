package admission

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// scalePath is where ScaleValidator is served.
const scalePath = "/validate-fleet-slipway-dev-v1alpha1-nodepool-scale"

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-nodepool-scale,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=nodepools/scale,verbs=update,versions=v1alpha1,name=nodepool-scale.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// ScaleValidator holds `kubectl scale` and autoscalers, which write the scale subresource of a NodePool, to what a change of
// spec.replicas is held to.
type ScaleValidator struct {
	// Pools checks the NodePool as it would be.
	Pools *NodePoolValidator
	// Decoder reads the Scale.
	Decoder admission.Decoder
}

// Handle checks one change of the number of nodes.
func (v *ScaleValidator) Handle(ctx context.Context, req admission.Request) admission.Response {
	scale := &autoscalingv1.Scale{}
	if err := v.Decoder.Decode(req, scale); err != nil {
		return admission.Errored(http.StatusBadRequest, fmt.Errorf("reading the Scale: %w", err))
	}
	pool := &fleetv1.NodePool{}
	if err := v.Pools.Reader.Get(ctx, client.ObjectKey{Namespace: req.Namespace, Name: req.Name}, pool); err != nil {
		return admission.Errored(http.StatusInternalServerError, fmt.Errorf("reading NodePool %s: %w", req.Name, err))
	}
	scaled := pool.DeepCopy()
	scaled.Spec.Replicas = &scale.Spec.Replicas
	_, err := v.Pools.ValidateUpdate(ctx, pool, scaled)
	return answer(err)
}

// answer turns the outcome of a check into a response: a refusal as it is, any other error as one of the server.
func answer(err error) admission.Response {
	if err == nil {
		return admission.Allowed("")
	}
	var refusal apierrors.APIStatus
	if !errors.As(err, &refusal) {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	status := refusal.Status()
	response := admission.Denied("")
	response.Result = &status
	return response
}
