package certificate

import (
	"encoding/base64"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// asTrusting knows what trustingObjects returns.
func asTrusting(object client.Object) trusting {
	switch object := object.(type) {
	case *admissionv1.ValidatingWebhookConfiguration:
		return validating{object}
	case *admissionv1.MutatingWebhookConfiguration:
		return mutating{object}
	case *unstructured.Unstructured:
		return aggregated{object}
	default:
		panic(fmt.Sprintf("nobody knows where a %T says whom it trusts", object))
	}
}

type validating struct {
	*admissionv1.ValidatingWebhookConfiguration
}

func (v validating) id() string { return "ValidatingWebhookConfiguration " + v.Name }

func (v validating) bundles() [][]byte {
	var bundles [][]byte
	for _, webhook := range v.Webhooks {
		bundles = append(bundles, webhook.ClientConfig.CABundle)
	}
	return bundles
}

func (v validating) with(bundle []byte) (client.Object, client.Patch) {
	changed := v.DeepCopy()
	for i := range changed.Webhooks {
		changed.Webhooks[i].ClientConfig.CABundle = bundle
	}
	return changed, client.StrategicMergeFrom(v.ValidatingWebhookConfiguration, client.MergeFromWithOptimisticLock{})
}

type mutating struct {
	*admissionv1.MutatingWebhookConfiguration
}

func (m mutating) id() string { return "MutatingWebhookConfiguration " + m.Name }

func (m mutating) bundles() [][]byte {
	var bundles [][]byte
	for _, webhook := range m.Webhooks {
		bundles = append(bundles, webhook.ClientConfig.CABundle)
	}
	return bundles
}

func (m mutating) with(bundle []byte) (client.Object, client.Patch) {
	changed := m.DeepCopy()
	for i := range changed.Webhooks {
		changed.Webhooks[i].ClientConfig.CABundle = bundle
	}
	return changed, client.StrategicMergeFrom(m.MutatingWebhookConfiguration, client.MergeFromWithOptimisticLock{})
}

// aggregated is the APIService.
type aggregated struct{ *unstructured.Unstructured }

func (a aggregated) id() string { return "APIService " + a.GetName() }

func (a aggregated) bundles() [][]byte {
	text, _, err := unstructured.NestedString(a.Object, "spec", "caBundle")
	if err != nil {
		return [][]byte{nil}
	}
	return [][]byte{decoded(text)}
}

func (a aggregated) with(bundle []byte) (client.Object, client.Patch) {
	changed := a.DeepCopy()
	// It fails where spec is no object, which the API server does not let happen.
	_ = unstructured.SetNestedField(changed.Object, base64.StdEncoding.EncodeToString(bundle), "spec", "caBundle")
	return changed, client.MergeFromWithOptions(a.Unstructured, client.MergeFromWithOptimisticLock{})
}
