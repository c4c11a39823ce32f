package installation

import (
	"errors"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/ptr"
)

// wants fails the test unless the error says what is wanted, or is nil when nothing is.
func wants(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("error = %v, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error = %v, want one with %q", err, want)
	}
}

func TestServedKinds(t *testing.T) {
	notFound := apierrors.NewNotFound(schema.GroupResource{}, "")
	fleet := []string{"clusters", "nodepools", "adapterstatuses", "addons", "addontemplates", "platforms", "operations", "clusters/status"}
	flux := map[string][]string{
		"helm.toolkit.fluxcd.io/v2": {"helmreleases"}, "source.toolkit.fluxcd.io/v1": {"helmrepositories", "ocirepositories"},
	}
	for name, tc := range map[string]struct {
		served    map[string][]string
		err       error
		wantFleet string
		wantFlux  string
	}{
		"all is there": {
			served: map[string][]string{"fleet.slipway.dev/v1alpha1": fleet, "helm.toolkit.fluxcd.io/v2": flux["helm.toolkit.fluxcd.io/v2"],
				"source.toolkit.fluxcd.io/v1": flux["source.toolkit.fluxcd.io/v1"]},
		},
		"nothing is there":           {err: notFound, wantFleet: "install the CRDs", wantFlux: "install Flux"},
		"an older version is there":  {served: map[string][]string{"fleet.slipway.dev/v1alpha1": fleet[:5]}, wantFleet: "has no platforms", wantFlux: "install Flux"},
		"the API server is not well": {err: errors.New("etcd is down"), wantFleet: "etcd is down", wantFlux: "etcd is down"},
	} {
		t.Run(name, func(t *testing.T) {
			i := &Installation{Kinds: func(groupVersion string) ([]string, error) { return tc.served[groupVersion], tc.err }}
			wants(t, i.fleetKinds(), tc.wantFleet)
			wants(t, i.fluxKinds(), tc.wantFlux)
		})
	}
}

func TestJudgeDeployment(t *testing.T) {
	for name, tc := range map[string]struct {
		replicas *int32
		status   appsv1.DeploymentStatus
		want     string
	}{
		"all pods are available":            {replicas: ptr.To[int32](2), status: appsv1.DeploymentStatus{ObservedGeneration: 3, UpdatedReplicas: 2, AvailableReplicas: 2}},
		"one pod is the default":            {status: appsv1.DeploymentStatus{ObservedGeneration: 3, UpdatedReplicas: 1, AvailableReplicas: 1}},
		"one of two is not available":       {replicas: ptr.To[int32](2), status: appsv1.DeploymentStatus{ObservedGeneration: 3, UpdatedReplicas: 2, AvailableReplicas: 1}, want: "of 2 pods"},
		"those available are the old ones":  {replicas: ptr.To[int32](2), status: appsv1.DeploymentStatus{ObservedGeneration: 3, UpdatedReplicas: 0, AvailableReplicas: 2}, want: "0 are up to date"},
		"nobody looked at the change":       {replicas: ptr.To[int32](2), status: appsv1.DeploymentStatus{ObservedGeneration: 2, UpdatedReplicas: 2, AvailableReplicas: 2}, want: "kube-controller-manager"},
		"none is wished for, and none runs": {replicas: ptr.To[int32](0), status: appsv1.DeploymentStatus{ObservedGeneration: 3}, want: "set its replicas"},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, judgeDeployment(&appsv1.Deployment{
				ObjectMeta: metav1.ObjectMeta{Name: "slipway-manager", Namespace: "slipway-system", Generation: 3},
				Spec:       appsv1.DeploymentSpec{Replicas: tc.replicas}, Status: tc.status,
			}), tc.want)
		})
	}
}

func TestJudgeAPIService(t *testing.T) {
	for name, tc := range map[string]struct {
		conditions []any
		want       string
	}{
		"it is available":          {conditions: []any{map[string]any{"type": "Available", "status": "True"}}},
		"it is not, and says why":  {conditions: []any{map[string]any{"type": "Available", "status": "False", "reason": "MissingEndpoints", "message": "no endpoints"}}, want: "MissingEndpoints: no endpoints"},
		"nobody looked at it":      {want: "is aggregation on"},
		"another condition is not": {conditions: []any{map[string]any{"type": "Other", "status": "True"}}, want: "is aggregation on"},
	} {
		t.Run(name, func(t *testing.T) {
			wants(t, judgeAPIService(&unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"conditions": tc.conditions}}}), tc.want)
		})
	}
}
