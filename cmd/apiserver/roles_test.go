package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/apiserver"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// handlersAsk are the rights that handlers ask for with facade.Call.May, beside that of the route.
var handlersAsk = map[string][]string{
	"nks": {"create nodepools", "patch nodepools", "patch clusters", "get clusters/secretlabels", "get nodepools/secretlabels"},
	"cce": {"get clusters"},
}

// The role of a dialect's clients grants what its routes ask for in a namespace. What they ask for on the catalogue, which is in
// none, the role for its readers grants.
func TestTheRoleOfADialectGrantsWhatItsRoutesAskFor(t *testing.T) {
	roles := clusterRoles(t, "dialects.yaml")
	catalogue := granted(t, clusterRoles(t, "people.yaml")["slipway-catalog-viewer"])
	spoken, err := dialects(nil, apiserver.NKSOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(spoken) != len(roles) {
		t.Errorf("there are %d dialects and %d roles for their clients", len(spoken), len(roles))
	}
	for _, dialect := range spoken {
		asked := sets.New(handlersAsk[dialect.Name()]...)
		for _, route := range dialect.Routes() {
			if route.Public {
				continue
			}
			resource := strings.TrimSuffix(route.Resource+"/"+route.Subresource, "/")
			if resource == "addontemplates" {
				if !catalogue.Has(route.Verb + " " + resource) {
					t.Errorf("slipway-catalog-viewer does not grant %s %s, which %s %s asks for", route.Verb, resource, route.Method, route.Path)
				}
				continue
			}
			asked.Insert(route.Verb + " " + resource)
			if route.Watch {
				asked.Insert("watch " + resource)
			}
		}
		name := "slipway-" + dialect.Name() + "-client"
		if diff := cmp.Diff(sets.List(asked), sets.List(granted(t, roles[name]))); diff != "" {
			t.Errorf("%s: asked for (-) and granted (+):\n%s", name, diff)
		}
	}
}

// granted are the rights that a role grants: "get clusters".
func granted(t *testing.T, role *rbacv1.ClusterRole) sets.Set[string] {
	t.Helper()
	rights := sets.New[string]()
	if role == nil {
		return rights
	}
	for _, rule := range role.Rules {
		if diff := cmp.Diff([]string{fleetv1.GroupName}, rule.APIGroups); diff != "" {
			t.Errorf("%s grants rights on other groups:\n%s", role.Name, diff)
		}
		for _, resource := range rule.Resources {
			for _, verb := range rule.Verbs {
				rights.Insert(verb + " " + resource)
			}
		}
	}
	return rights
}

// clusterRoles reads a file of config/rbac.
func clusterRoles(t *testing.T, file string) map[string]*rbacv1.ClusterRole {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "rbac", file))
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]*rbacv1.ClusterRole{}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		role := &rbacv1.ClusterRole{}
		err := decoder.Decode(role)
		if errors.Is(err, io.EOF) {
			return roles
		}
		if err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		roles[role.Name] = role
	}
}
