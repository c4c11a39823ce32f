package installation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// FacadePath is what the API server asks of the facade when somebody asks what there is. Everybody who is authenticated may.
	FacadePath = "/apis/rest.slipway.dev/v1alpha1"

	apiService = "v1alpha1.rest.slipway.dev"
)

// fleetKinds compares what is served with what this version of Slipway knows.
func (i *Installation) fleetKinds() error {
	return i.served(fleetv1.SchemeGroupVersion.String(),
		[]string{"clusters", "nodepools", "adapterstatuses", "addons", "addontemplates", "platforms", "operations"},
		"install the CRDs: they are part of the chart (crds.install) and of config/crd")
}

// fluxKinds looks for the kinds through which add-ons are installed. Without them the manager does not start.
func (i *Installation) fluxKinds() error {
	const remedy = "install Flux's source-controller and helm-controller"
	return errors.Join(
		i.served("helm.toolkit.fluxcd.io/v2", []string{"helmreleases"}, remedy),
		i.served("source.toolkit.fluxcd.io/v1", []string{"helmrepositories", "ocirepositories"}, remedy))
}

func (i *Installation) served(groupVersion string, wanted []string, remedy string) error {
	have, err := i.Kinds(groupVersion)
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("%s is not served; %s", groupVersion, remedy)
	}
	if err != nil {
		return fmt.Errorf("asking for the kinds of %s: %w", groupVersion, err)
	}
	for _, resource := range wanted {
		if !slices.Contains(have, resource) {
			return fmt.Errorf("%s has no %s; %s", groupVersion, resource, remedy)
		}
	}
	return nil
}

// deployment is nil when as many pods of a Deployment are available as are wished for.
func (i *Installation) deployment(ctx context.Context, name string) error {
	found := &appsv1.Deployment{}
	if err := i.Client.Get(ctx, types.NamespacedName{Namespace: i.Namespace, Name: name}, found); err != nil {
		if apierrors.IsNotFound(err) {
			return fmt.Errorf("there is no Deployment %s in namespace %s; if Slipway is installed elsewhere, say so with --system-namespace", name, i.Namespace)
		}
		return fmt.Errorf("reading Deployment %s: %w", name, err)
	}
	return judgeDeployment(found)
}

// judgeDeployment is nil when as many pods as are wished for are up to date and available.
func judgeDeployment(found *appsv1.Deployment) error {
	wanted := int32(1)
	if found.Spec.Replicas != nil {
		wanted = *found.Spec.Replicas
	}
	switch {
	case found.Status.ObservedGeneration < found.Generation:
		return fmt.Errorf("nobody has acted on the last change of Deployment %s yet; is kube-controller-manager at work?", found.Name)
	case wanted == 0:
		return fmt.Errorf("none is wished for: Deployment %s is scaled to zero; set its replicas", found.Name)
	case found.Status.UpdatedReplicas < wanted || found.Status.AvailableReplicas < wanted:
		return fmt.Errorf("of %d pods of Deployment %s, %d are up to date and %d available; see kubectl -n %s describe pods -l app.kubernetes.io/name=%s",
			wanted, found.Name, found.Status.UpdatedReplicas, found.Status.AvailableReplicas, found.Namespace, found.Name)
	}
	return nil
}

// apiService is nil when the aggregator takes the facade for available.
func (i *Installation) apiService(ctx context.Context) error {
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
	if err := i.Client.Get(ctx, types.NamespacedName{Name: apiService}, found); err != nil {
		return fmt.Errorf("reading APIService %s: %w", apiService, err)
	}
	return judgeAPIService(found)
}

// judgeAPIService is nil when the aggregator says that it is available.
func judgeAPIService(found *unstructured.Unstructured) error {
	conditions, _, err := unstructured.NestedSlice(found.Object, "status", "conditions")
	if err != nil {
		return fmt.Errorf("reading the conditions of APIService %s: %w", apiService, err)
	}
	for _, entry := range conditions {
		condition, ok := entry.(map[string]any)
		if !ok || condition["type"] != "Available" {
			continue
		}
		if condition["status"] == "True" {
			return nil
		}
		return fmt.Errorf("APIService %s is not available: %v: %v", apiService, condition["reason"], condition["message"])
	}
	return fmt.Errorf("nobody has looked at APIService %s yet; is aggregation on in the API server (--requestheader-client-ca-file)?", apiService)
}

func (i *Installation) facade(ctx context.Context) error {
	if err := i.Facade(ctx); err != nil {
		return fmt.Errorf("asking for %s: %w", FacadePath, err)
	}
	return nil
}
