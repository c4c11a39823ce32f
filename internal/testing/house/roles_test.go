package house

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// door is the one role with a wildcard: config/rbac/people.yaml says why.
const door = "slipway-rest-caller"

// byNamespace are the ClusterRoles that a RoleBinding in each tenant's namespace binds, and nothing else.
var byNamespace = sets.New("slipway-manager-tenant", "slipway-apiserver-tenant", "slipway-apiserver-access-keys", "slipway-kwok-adapter-tenant")

// builtIn are the roles of Kubernetes' own that are bound to ours.
var builtIn = sets.New("system:auth-delegator", "extension-apiserver-authentication-reader")

// No role that the project ships has wildcards, or a right that leads to any other right; none that is bound cluster-wide leads to
// Secrets.
func TestRolesAreNarrow(t *testing.T) {
	shipped := readRoles(t)
	if len(shipped.roles) == 0 || len(shipped.bindings) == 0 {
		t.Fatalf("found %d roles and %d bindings: the walk through config is broken", len(shipped.roles), len(shipped.bindings))
	}
	for key, rules := range shipped.roles {
		for _, rule := range rules {
			if key.name != door && slices.Contains(slices.Concat(rule.Verbs, rule.APIGroups, rule.Resources, rule.NonResourceURLs), "*") {
				t.Errorf("%s has a wildcard: %v", key, rule)
			}
			for _, verb := range []string{"bind", "escalate", "impersonate"} {
				if slices.Contains(rule.Verbs, verb) {
					t.Errorf("%s lets its bearer %s: that is every right there is", key, verb)
				}
			}
			if slices.Contains(rule.Resources, "secrets") && key.kind == "ClusterRole" && !byNamespace.Has(key.name) {
				t.Errorf("%s leads to Secrets; only roles that are bound by namespace may", key)
			}
		}
	}
	for _, binding := range shipped.bindings {
		ref := roleKey{kind: binding.ref.Kind, name: binding.ref.Name}
		if _, known := shipped.roles[ref]; !known && !builtIn.Has(ref.name) {
			t.Errorf("%s %s binds %s, which nothing ships", binding.kind, binding.name, ref)
		}
		if binding.kind == "ClusterRoleBinding" && byNamespace.Has(ref.name) {
			t.Errorf("ClusterRoleBinding %s binds %s everywhere; it is for one namespace at a time", binding.name, ref)
		}
	}
}

type roleKey struct{ kind, name string }

func (k roleKey) String() string { return k.kind + " " + k.name }

type roleBinding struct {
	kind, name string
	ref        rbacv1.RoleRef
}

type shippedRoles struct {
	roles    map[roleKey][]rbacv1.PolicyRule
	bindings []roleBinding
}

// readRoles reads every role and binding below config.
func readRoles(t *testing.T) shippedRoles {
	t.Helper()
	found := shippedRoles{roles: map[roleKey][]rbacv1.PolicyRule{}}
	err := filepath.WalkDir(filepath.Join(testenv.Root(), "config"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return found.read(content)
	})
	if err != nil {
		t.Fatalf("reading config: %v", err)
	}
	return found
}

func (s *shippedRoles) read(content []byte) error {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch kind := object.GetKind(); kind {
		case "ClusterRole", "Role":
			role := &rbacv1.ClusterRole{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, role); err != nil {
				return err
			}
			key := roleKey{kind: kind, name: role.Name}
			s.roles[key] = append(s.roles[key], role.Rules...)
		case "ClusterRoleBinding", "RoleBinding":
			binding := &rbacv1.ClusterRoleBinding{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, binding); err != nil {
				return err
			}
			s.bindings = append(s.bindings, roleBinding{kind: kind, name: binding.Name, ref: binding.RoleRef})
		default:
		}
	}
}
