package backup

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// mentions are the Secrets and ConfigMaps that objects of a namespace name.
type mentions struct{ secrets, configMaps sets.Set[string] }

func newMentions() mentions {
	return mentions{secrets: sets.New[string](), configMaps: sets.New[string]()}
}

// add takes note of all that an object names: in fields that end in SecretName, in references by kind, and in references whose field says
// that they lead to a Secret. A Cluster also has the Secrets that go by its name.
func (m mentions) add(object *unstructured.Unstructured) {
	if object.GetKind() == fleetv1.KindCluster {
		m.secrets.Insert(object.GetName()+"-kubeconfig", fleetv1.CASecretName(object.GetName()))
	}
	for _, part := range []string{"spec", "status"} {
		m.walk(part, object.Object[part])
	}
}

func (m mentions) walk(field string, value any) {
	switch typed := value.(type) {
	case string:
		if strings.HasSuffix(strings.ToLower(field), "secretname") {
			m.secrets.Insert(typed)
		}
	case []any:
		for _, item := range typed {
			m.walk(field, item)
		}
	case map[string]any:
		m.reference(field, typed)
		for key, item := range typed {
			m.walk(key, item)
		}
	}
}

// reference takes note of what a reference leads to.
func (m mentions) reference(field string, reference map[string]any) {
	name, ok := reference["name"].(string)
	if !ok {
		return
	}
	switch kind := reference["kind"]; {
	case kind == kindSecret, kind == nil && strings.HasSuffix(strings.ToLower(field), "secretref"):
		m.secrets.Insert(name)
	case kind == kindConfigMap:
		m.configMaps.Insert(name)
	}
}

// belongs tells whether a Secret or ConfigMap is part of the fleet: an object of the fleet names or owns it, or it has a label or type of
// Slipway's. Tokens of service accounts are not: they mean nothing on another cluster.
func (m mentions) belongs(object *unstructured.Unstructured) bool {
	named := m.configMaps
	if object.GetKind() == kindSecret {
		named = m.secrets
		switch object.Object["type"] {
		case string(corev1.SecretTypeServiceAccountToken):
			return false
		case fleetv1.SecretTypeAccessKey:
			return true
		}
	}
	return named.Has(object.GetName()) || ownedByFleet(object) || labelledByFleet(object)
}

func labelledByFleet(object *unstructured.Unstructured) bool {
	for key := range object.GetLabels() {
		if strings.HasPrefix(key, fleetv1.GroupName+"/") {
			return true
		}
	}
	return false
}

func ownedByFleet(object *unstructured.Unstructured) bool {
	return slices.ContainsFunc(object.GetOwnerReferences(), isFleets)
}

func isFleets(owner metav1.OwnerReference) bool {
	return strings.HasPrefix(owner.APIVersion, fleetv1.GroupName+"/")
}
