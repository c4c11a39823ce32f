package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const roles = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager}
rules:
  - {apiGroups: [fleet], resources: [clusters], verbs: [get, list, watch]}
  - {apiGroups: [fleet], resources: [clusters/finalizers], verbs: [update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager-tenant}
rules: [{apiGroups: [""], resources: [secrets], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: manager, namespace: slipway-system}
rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [one, two], verbs: [patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: manager}
roleRef: {kind: ClusterRole, name: manager}
subjects: [{kind: ServiceAccount, name: manager, namespace: slipway-system}, {kind: ServiceAccount, name: other, namespace: elsewhere}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: manager, namespace: slipway-system}
roleRef: {kind: Role, name: manager}
subjects: [{kind: ServiceAccount, name: manager, namespace: slipway-system}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: manager-tenant}
roleRef: {kind: ClusterRole, name: manager-tenant}
subjects: [{kind: ServiceAccount, name: manager, namespace: slipway-system}]
`

// event is a line of an audit log.
func event(user, verb, object, code, decision, role string) string {
	return `{"verb":"` + verb + `","user":{"username":"` + user + `"},"objectRef":{` + object + `},"responseStatus":{"code":` + code + `},"annotations":{` +
		`"authorization.k8s.io/decision":"` + decision + `","authorization.k8s.io/reason":"RBAC: allowed by X \"b\" of ClusterRole \"` + role + `\" to Y"}}` + "\n"
}

// manager is the account, in an installation that uses another namespace than the manifests.
const manager = "system:serviceaccount:fleet-system:manager"

const (
	clusters = `"resource":"clusters","apiGroup":"fleet","namespace":"a"`
	secrets  = `"resource":"secrets","namespace":"a","name":"s"`
	one      = `"resource":"configmaps","namespace":"fleet-system","name":"one"`
	two      = `"resource":"configmaps","namespace":"fleet-system","name":"two"`
)

// all are requests that use every right.
var all = []string{
	event(manager, "get", clusters, "200", "allow", "manager"),
	event(manager, "watch", clusters, "200", "allow", "manager"),
	event(manager, "patch", one, "200", "allow", "manager"),
	event(manager, "patch", two, "200", "allow", "manager"),
	event(manager, "create", secrets, "201", "allow", "manager-tenant"),
}

func TestCompare(t *testing.T) {
	config := t.TempDir()
	write(t, filepath.Join(config, "roles.yaml"), roles)
	write(t, filepath.Join(config, "samples", "roles.yaml"), strings.ReplaceAll(roles, "manager", "sample"))
	granted, err := readGrants(config)
	if err != nil {
		t.Fatal(err)
	}
	without := func(position int) []string { return append(append([]string{}, all[:position]...), all[position+1:]...) }
	with := func(more ...string) []string { return append(append([]string{}, all...), more...) }
	for name, tc := range map[string]struct {
		events []string
		want   report
	}{
		"everything is used":                   {events: all},
		"listing and getting go with watching": {events: without(0)},
		"getting does not stand for watching": {events: without(1),
			want: report{unused: []string{"manager: list clusters.fleet (manager)", "manager: watch clusters.fleet (manager)"}}},
		"each name is a right of its own":                            {events: without(3), want: report{unused: []string{"manager: patch configmaps two (manager)"}}},
		"a refused request uses no right":                            {events: append(without(4), event(manager, "create", secrets, "403", "forbid", "")), want: report{unused: []string{"manager: create secrets (manager-tenant)"}}},
		"a namespace that is not open refuses":                       {events: with(event(manager, "create", secrets, "403", "forbid", ""))},
		"an installation that is taken away refuses what it granted": {events: with(event(manager, "watch", clusters, "403", "forbid", ""))},
		"a right is missing": {events: with(event(manager, "delete", clusters, "403", "forbid", "")),
			want: report{missing: []string{"manager: delete clusters.fleet (refused)"}}},
		"a right comes from elsewhere": {events: with(event(manager, "delete", clusters, "200", "allow", "cluster-admin")),
			want: report{missing: []string{"manager: delete clusters.fleet (allowed by cluster-admin)"}}},
		"a right of a Role counts at home only": {events: with(event(manager, "patch", strings.ReplaceAll(one, "fleet-system", "a"), "403", "forbid", "")),
			want: report{missing: []string{"manager: patch configmaps one (refused)"}}},
		"what everybody may do":             {events: with(event(manager, "create", `"resource":"selfsubjectreviews"`, "201", "allow", "system:basic-user"))},
		"an apply of what was not there":    {events: append(without(4), event(manager, "patch", secrets, "201", "allow", "manager-tenant")), want: report{missing: []string{"manager: patch secrets s (allowed by manager-tenant)"}}},
		"requests of others":                {events: with(event("jane", "delete", clusters, "403", "forbid", ""))},
		"requests that are about no object": {events: with(event(manager, "get", "", "200", "allow", "system:discovery"))},
	} {
		t.Run(name, func(t *testing.T) {
			used := requests{}
			if err := used.read(strings.NewReader(strings.Join(tc.events, "") + `{"verb":"cut o`)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, compare(granted, used), cmp.AllowUnexported(report{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRun(t *testing.T) {
	config, logs, none := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, filepath.Join(config, "roles.yaml"), roles)
	write(t, filepath.Join(logs, "a.log"), strings.Join(all[:3], ""))
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no folder":              {nil, "name the folder"},
		"a folder without a log": {[]string{none}, "no audit logs"},
		"a difference":           {[]string{logs}, "2 differences between 7 rights"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run([]string{config}, tc.args); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v does not say %q", err, tc.want)
			}
		})
	}
	write(t, filepath.Join(logs, "b.log"), strings.Join(all[3:], ""))
	if err := run([]string{config}, []string{logs}); err != nil {
		t.Errorf("two logs that together use everything: %v", err)
	}
}

// The rights that the project grants can be read, and are those of its service accounts.
func TestGrantsOfTheProject(t *testing.T) {
	granted, err := readGrants(filepath.Join("..", "..", "config"))
	if err != nil {
		t.Fatal(err)
	}
	accounts := map[string]int{}
	for _, right := range granted {
		accounts[right.account]++
	}
	for _, account := range []string{"slipway-manager", "slipway-apiserver", "slipway-kwok-adapter"} {
		if accounts[account] == 0 {
			t.Errorf("%s is granted nothing", account)
		}
	}
	if len(accounts) != 3 {
		t.Errorf("rights of %v", accounts)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
