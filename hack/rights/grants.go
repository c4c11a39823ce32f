package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// systemNamespace is where manifests put Slipway's service accounts. An installation may use another one.
const systemNamespace = "slipway-system"

// grant is one right of one service account, by one role.
type grant struct {
	// account is the service account's name, role that of the role.
	account, role string
	// reach says where it counts.
	reach reach
	// verb, group and resource are what it is about; resource has its subresource behind a slash. name is the one object, or empty
	// for all.
	verb, group, resource, name string
}

// reach is where a right counts.
type reach int

const (
	// everywhere is by a ClusterRoleBinding.
	everywhere reach = iota
	// atHome is in the namespace of the service account.
	atHome
	// whereOpened is in the namespaces that somebody opened.
	whereOpened
)

func (g grant) String() string {
	text := fmt.Sprintf("%s: %s %s", g.account, g.verb, g.resource)
	if g.group != "" {
		text += "." + g.group
	}
	if g.name != "" {
		text += " " + g.name
	}
	return text + " (" + g.role + ")"
}

// manifests are the roles and bindings that were read.
type manifests struct {
	roles    map[string][]rbacv1.PolicyRule
	bindings []rbacv1.RoleBinding
}

// readGrants reads what Slipway's service accounts are granted below folders. Roles that come with Kubernetes are left out: they are
// as they are.
func readGrants(folders ...string) ([]grant, error) {
	read := manifests{roles: map[string][]rbacv1.PolicyRule{}}
	for _, folder := range folders {
		if err := read.walk(folder); err != nil {
			return nil, err
		}
	}
	return read.grants(), nil
}

// walk reads the manifests below a folder.
func (m *manifests) walk(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "samples":
			return fs.SkipDir // they bind tenants
		case filepath.Ext(path) != ".yaml":
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := m.decode(content); err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		return nil
	})
}

// decode takes the roles and bindings of a file.
func (m *manifests) decode(content []byte) error {
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
		switch object.GetKind() {
		case "ClusterRole", "Role":
			role := &rbacv1.Role{} // the rules of a ClusterRole are the same
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, role); err != nil {
				return err
			}
			key := object.GetKind() + "/" + role.Name
			m.roles[key] = append(m.roles[key], role.Rules...)
		case "ClusterRoleBinding", "RoleBinding":
			binding := rbacv1.RoleBinding{} // and so are the subjects of a ClusterRoleBinding
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &binding); err != nil {
				return err
			}
			m.bindings = append(m.bindings, binding)
		default:
		}
	}
}

// grants are the rights that the bindings make of the roles, each once.
func (m *manifests) grants() []grant {
	var all []grant
	for _, binding := range m.bindings {
		where := everywhere
		switch {
		case binding.Kind == "ClusterRoleBinding":
		case binding.Namespace == systemNamespace:
			where = atHome
		default:
			where = whereOpened
		}
		for _, subject := range binding.Subjects {
			if subject.Kind != rbacv1.ServiceAccountKind || subject.Namespace != systemNamespace {
				continue
			}
			for _, rule := range m.roles[binding.RoleRef.Kind+"/"+binding.RoleRef.Name] {
				all = append(all, expand(grant{account: subject.Name, role: binding.RoleRef.Name, reach: where}, rule)...)
			}
		}
	}
	slices.SortFunc(all, func(a, b grant) int { return cmp.Compare(a.String(), b.String()) })
	return slices.Compact(all)
}

// expand makes a grant of each thing that a rule names.
func expand(base grant, rule rbacv1.PolicyRule) []grant {
	var all []grant
	names := rule.ResourceNames
	if len(names) == 0 {
		names = []string{""}
	}
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				for _, name := range names {
					each := base
					each.group, each.resource, each.verb, each.name = group, resource, verb, name
					all = append(all, each)
				}
			}
		}
	}
	return all
}
