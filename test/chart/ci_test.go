package chart

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"
)

// ci lists the files of values in the chart's ci folder.
func ci(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder(), "ci", "*-values.yaml"))
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d files of values: %v", len(files), err)
	}
	return files
}

// With every file of values the chart makes sound objects.
func TestCIValues(t *testing.T) {
	for _, file := range ci(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			objects := rendered(t, "--values", file)
			byKey(t, objects)
			for _, object := range objects {
				if object.GetLabels()["app.kubernetes.io/managed-by"] != "Helm" || object.GetLabels()["app.kubernetes.io/part-of"] != "slipway" {
					t.Errorf("%s lacks the chart's labels: %v", key(object), object.GetLabels())
				}
				checkNoSecret(t, object)
				checkRole(t, object)
				for _, pod := range pods(t, object) {
					checkPod(t, key(object), pod)
				}
			}
		})
	}
}

var privateKey = regexp.MustCompile(`PRIVATE KEY|password|\btoken: `)

// checkNoSecret: Helm keeps what it renders in the cluster, where more people read it than Secrets.
func checkNoSecret(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	text, err := object.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if object.GetKind() == "Secret" {
		t.Errorf("%s: the chart must not make Secrets", key(object))
	}
	if found := privateKey.Find(text); found != nil && object.GetKind() != "CustomResourceDefinition" {
		t.Errorf("%s holds a secret: %s", key(object), found)
	}
}

// checkRole: as internal/testing/house holds the roles of config/, so the chart's own are held here.
func checkRole(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	if object.GetKind() != "ClusterRole" && object.GetKind() != "Role" {
		return
	}
	var role rbacv1.ClusterRole // a Role has the same rules
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
		t.Fatalf("%s: %v", key(object), err)
	}
	for _, rule := range role.Rules {
		words := slices.Concat(rule.Verbs, rule.APIGroups, rule.Resources, rule.NonResourceURLs)
		for _, word := range []string{"*", "bind", "escalate", "impersonate"} {
			// config/rbac/people.yaml says why one role has a wildcard.
			if slices.Contains(words, word) && role.Name != "slipway-rest-caller" {
				t.Errorf("%s has a right that leads to others: %v", key(object), rule)
			}
		}
		if role.Kind == "ClusterRole" && slices.Contains(rule.Resources, "secrets") &&
			!slices.Contains([]string{"slipway-manager-tenant", "slipway-apiserver-tenant", "slipway-apiserver-access-keys"}, role.Name) {
			t.Errorf("%s leads to Secrets: %v", key(object), rule)
		}
	}
}

// pods returns the pods that an object makes.
func pods(t *testing.T, object *unstructured.Unstructured) []corev1.PodSpec {
	t.Helper()
	convert := func(typed any) {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object.Object, typed, true); err != nil {
			t.Fatalf("%s: %v", key(object), err)
		}
	}
	switch object.GetKind() {
	case "Deployment":
		var made appsv1.Deployment
		convert(&made)
		return []corev1.PodSpec{made.Spec.Template.Spec}
	case "Job":
		var made batchv1.Job
		convert(&made)
		return []corev1.PodSpec{made.Spec.Template.Spec}
	case "Pod":
		var made corev1.Pod
		convert(&made)
		return []corev1.PodSpec{made.Spec}
	}
	return nil
}

// checkPod holds a pod to the Pod Security Standard "restricted", which the namespace may enforce, and to a root filesystem that is
// read-only.
func checkPod(t *testing.T, name string, pod corev1.PodSpec) {
	t.Helper()
	security := ptr.Deref(pod.SecurityContext, corev1.PodSecurityContext{})
	if !ptr.Deref(security.RunAsNonRoot, false) || security.SeccompProfile == nil || security.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("%s: securityContext of the pod is %v", name, security)
	}
	for _, container := range pod.Containers {
		security := ptr.Deref(container.SecurityContext, corev1.SecurityContext{})
		if ptr.Deref(security.AllowPrivilegeEscalation, true) || !ptr.Deref(security.ReadOnlyRootFilesystem, false) ||
			security.Capabilities == nil || !slices.Equal(security.Capabilities.Drop, []corev1.Capability{"ALL"}) {
			t.Errorf("%s: securityContext of container %s is %v", name, container.Name, security)
		}
		if container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s: container %s has no bounds on memory", name, container.Name)
		}
	}
}

// In another namespace, and as a release of another name, the chart makes the same: nothing is left of the names that config/ knows.
func TestNamespaceAndReleaseNameMove(t *testing.T) {
	for _, file := range ci(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			here, err := tool(t, "helm", "template", "slipway", folder(), "--namespace", namespace, "--values", file)
			if err != nil {
				t.Fatal(err)
			}
			there, err := tool(t, "helm", "template", "fleet", folder(), "--namespace", "elsewhere", "--values", file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(there, []byte(namespace)) {
				t.Errorf("%s is mentioned in another namespace", namespace)
			}
			moved := strings.NewReplacer(namespace, "elsewhere", "app.kubernetes.io/instance: slipway", "app.kubernetes.io/instance: fleet").
				Replace(string(here))
			if diff := cmp.Diff(strings.Split(moved, "\n"), strings.Split(string(there), "\n")); diff != "" {
				t.Errorf("unexpected difference (-here, moved +there):\n%s", diff)
			}
		})
	}
}
