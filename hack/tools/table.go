package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	stripFlags = "-s -w"

	// kubernetesFlags stamps the version: without it kube-apiserver reports a template string that kubectl cannot parse and
	// that makes Helm refuse charts with a kubeVersion constraint. %s is the version pinned in k8s.mod.
	kubernetesFlags = stripFlags + " -X k8s.io/component-base/version.gitVersion=%s"
)

// tool is one row of the table: a program to compile or, when files are set, an asset to join from a module's source.
type tool struct {
	name   string
	mod    string // base name of the module file in this folder
	module string // the module whose version names the cache entry
	pkg    string // the package to build; empty for assets
	flags  string // -ldflags; a %s in it is replaced by the version
	tags   string // build tags; they leave out what nobody here uses

	// files of the module's source are joined, in this order, into one YAML document stream; "*" works as in path.Match.
	files []source

	cold   time.Duration // how long a build takes on two cores with an empty build cache
	groups []string
}

// source names files inside one module.
type source struct {
	mod, module string
	globs       []string
}

// isAsset reports whether the row is joined from files rather than compiled.
func (t tool) isAsset() bool { return len(t.files) > 0 }

const (
	groupTest  = "test"
	groupLocal = "local"
	groupE2E   = "e2e" // what end-to-end tests need beside the local environment
	groupLint  = "lint"
	// what the release makes beside binaries and images
	groupRelease = "release"
	groupAll     = "all"
)

// tools is the one list of everything that can be built. Rows that share a build cache stand next to each other, the cold
// estimate being that of the row after the rows before it.
var tools = []tool{
	program("controller-gen", "controller-gen", "sigs.k8s.io/controller-tools", "cmd/controller-gen", 35, groupTest),
	program("oapi-codegen", "oapi", "github.com/oapi-codegen/oapi-codegen/v2", "cmd/oapi-codegen", 8, groupTest),
	program("crd-ref-docs", "crd-ref-docs", "github.com/elastic/crd-ref-docs", "", 20, groupTest),
	program("helm-docs", "helm-docs", "github.com/norwoodj/helm-docs", "cmd/helm-docs", 15, groupTest),
	program("etcd", "etcd", "go.etcd.io/etcd/server/v3", "", 86, groupTest, groupLocal),
	kubernetes("kube-apiserver", 249, groupTest, groupLocal),
	kubernetes("kubectl", 34, groupTest, groupLocal, groupLint),
	kubernetes("kube-controller-manager", 117, groupTest, groupLocal),
	kubernetes("kube-scheduler", 11, groupTest, groupLocal),
	program("kwok", "kwok", "sigs.k8s.io/kwok", "cmd/kwok", 105, groupTest, groupLocal),
	program("helm", "helm", "helm.sh/helm/v4", "cmd/helm", 106, groupTest, groupLocal),
	program("crane", "crane", "github.com/google/go-containerregistry", "cmd/crane", 21, groupLocal),
	program("source-controller", "flux-source", "github.com/fluxcd/source-controller", "", 207, groupTest, groupLocal),
	program("helm-controller", "flux-helm", "github.com/fluxcd/helm-controller", "", 76, groupTest, groupLocal),
	{
		name: "kwok-stages.yaml", mod: "kwok", module: "sigs.k8s.io/kwok", cold: time.Second,
		groups: []string{groupTest, groupLocal},
		files: []source{{mod: "kwok", module: "sigs.k8s.io/kwok", globs: []string{
			"kustomize/stage/node/fast/node-initialize.yaml",
			"kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
			"kustomize/stage/pod/fast/pod-ready.yaml",
			"kustomize/stage/pod/fast/pod-complete.yaml",
			"kustomize/stage/pod/fast/pod-delete.yaml",
		}}},
	},
	{
		name: "flux-crds.yaml", mod: "flux-source", module: "github.com/fluxcd/source-controller", cold: time.Second,
		groups: []string{groupTest, groupLocal},
		files: []source{
			{mod: "flux-source", module: "github.com/fluxcd/source-controller", globs: []string{"config/crd/bases/*.yaml"}},
			{mod: "flux-helm", module: "github.com/fluxcd/helm-controller", globs: []string{"config/crd/bases/*.yaml"}},
		},
	},
	program("golangci-lint", "golangci", "github.com/golangci/golangci-lint/v2", "cmd/golangci-lint", 107, groupLint),
	program("kubeconform", "kubeconform", "github.com/yannh/kubeconform", "cmd/kubeconform", 10, groupLint),
	openAPI("kubernetes-1.37", "k8s"),
	openAPI("kubernetes-1.36", "k8s-1.36"),
	openAPI("kubernetes-1.35", "k8s-1.35"),
	{
		name: "definitions.yaml", mod: "definitions", module: "sigs.k8s.io/gateway-api", cold: time.Second, groups: []string{groupTest, groupLint},
		files: []source{
			{mod: "definitions", module: "sigs.k8s.io/gateway-api", globs: []string{
				"config/crd/standard/*_backendtlspolicies.yaml", "config/crd/standard/*_httproutes.yaml", "config/crd/standard/*_tlsroutes.yaml",
			}},
			{mod: "definitions", module: "github.com/cert-manager/cert-manager", globs: []string{
				"deploy/crds/cert-manager.io_certificates.yaml", "deploy/crds/cert-manager.io_issuers.yaml",
			}},
			{mod: "definitions", module: "github.com/prometheus-operator/prometheus-operator", globs: []string{
				"example/prometheus-operator-crd/*_prometheusrules.yaml", "example/prometheus-operator-crd/*_servicemonitors.yaml",
			}},
		},
	},
	program("actionlint", "actionlint", "github.com/rhysd/actionlint", "cmd/actionlint", 10, groupLint),
	program("cyclonedx-gomod", "cyclonedx", "github.com/CycloneDX/cyclonedx-gomod", "cmd/cyclonedx-gomod", 25, groupRelease),
	prometheus("promtool", 150, groupTest),
	prometheus("prometheus", 30, groupE2E),
}

// program is the row of a Go program; dir is the package's folder inside the module, empty for the module's root.
func program(name, mod, module, dir string, coldSeconds int, groups ...string) tool {
	pkg := module
	if dir != "" {
		pkg += "/" + dir
	}
	return tool{
		name: name, mod: mod, module: module, pkg: pkg, flags: stripFlags,
		cold: time.Duration(coldSeconds) * time.Second, groups: groups,
	}
}

// openAPI is the row of the OpenAPI documents, one per group, of what a minor version of Kubernetes serves as stable.
func openAPI(name, mod string) tool {
	return tool{
		name: name + ".openapi", mod: mod, module: "k8s.io/kubernetes", cold: time.Second, groups: []string{groupLint},
		files: []source{{mod: mod, module: "k8s.io/kubernetes", globs: []string{"api/openapi-spec/v3/*__v1_openapi.json"}}},
	}
}

// kubernetes is the row of a program of the Kubernetes release.
func kubernetes(name string, coldSeconds int, groups ...string) tool {
	t := program(name, "k8s", "k8s.io/kubernetes", "cmd/"+name, coldSeconds, groups...)
	t.flags = kubernetesFlags
	return t
}

// prometheus is the row of a program of the Prometheus release. It finds what it scrapes in files: the clients of the clouds
// that it could ask instead would take a minute more to build.
func prometheus(name string, coldSeconds int, groups ...string) tool {
	t := program(name, "prometheus", "github.com/prometheus/prometheus", "cmd/"+name, coldSeconds, groups...)
	t.tags = "remove_all_sd"
	return t
}

// choose resolves tool and group names to rows, in the order of the table and without repetition. No names means all.
func choose(names []string) ([]tool, error) {
	if len(names) == 0 {
		names = []string{groupAll}
	}
	wanted := map[string]bool{}
	for _, name := range names {
		found := false
		for _, t := range tools {
			if name == t.name || name == groupAll || slices.Contains(t.groups, name) {
				wanted[t.name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("unknown tool or group %q; known groups: %s; known tools: %s",
				name, strings.Join(groupNames(), ", "), strings.Join(toolNames(), ", "))
		}
	}
	var chosen []tool
	for _, t := range tools {
		if wanted[t.name] {
			chosen = append(chosen, t)
		}
	}
	return chosen, nil
}

func groupNames() []string {
	names := []string{groupAll}
	for _, t := range tools {
		names = append(names, t.groups...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func toolNames() []string {
	names := make([]string, 0, len(tools))
	for _, t := range tools {
		names = append(names, t.name)
	}
	return names
}
