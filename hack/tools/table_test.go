package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryRowResolves(t *testing.T) {
	env := goEnv{GOVERSION: "go1.26.0", GOOS: "linux", GOARCH: "amd64"}
	entries, err := resolveAll(tools, ".", env)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.isAsset() == (e.pkg != "") {
			t.Errorf("%s must be either a program with a package or an asset with files", e.name)
		}
		if strings.Contains(e.flags, "%") {
			t.Errorf("%s: the version was not put into its flags %q", e.name, e.flags)
		}
		if len(e.groups) == 0 || e.cold == 0 {
			t.Errorf("%s needs a group and a cold estimate", e.name)
		}
		if _, err := os.Stat(e.mod + ".sum"); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}

func TestChoose(t *testing.T) {
	cases := map[string]struct {
		names   []string
		want    []string
		wantErr string
	}{
		"no name means every tool": {names: nil, want: toolNames()},
		"a group and a tool of it give each once": {names: []string{"lint", "kubeconform"}, want: []string{"kubectl", "golangci-lint", "kubeconform",
			"kubernetes-1.37.openapi", "kubernetes-1.36.openapi", "kubernetes-1.35.openapi", "definitions.yaml", "actionlint"}},
		"the order is that of the table":                  {names: []string{"kubectl", "etcd"}, want: []string{"etcd", "kubectl"}},
		"an unknown name is refused with the known names": {names: []string{"etcdd"}, wantErr: "known groups: all, e2e, lint, local, release, test"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			chosen, err := choose(c.names)
			if c.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), c.wantErr) {
					t.Fatalf("error is %v, want one with %q", err, c.wantErr)
				}
				return
			}
			var got []string
			for _, chosenTool := range chosen {
				got = append(got, chosenTool.name)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Fatalf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestKeyFollowsWhatGoesIntoABuild(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "x.mod"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	key := func(row tool, env goEnv) string {
		t.Helper()
		e, err := resolve(row, dir, env)
		if err != nil {
			t.Fatal(err)
		}
		return e.key
	}
	row := program("x", "x", "example.invalid/x", "cmd/x", 1, groupTest)
	env := goEnv{GOVERSION: "go1.26.0", GOOS: "linux", GOARCH: "amd64"}
	write("module m\n\nrequire example.invalid/x v1.2.3\n")
	first := key(row, env)

	if !strings.HasPrefix(first, "v1.2.3-") {
		t.Errorf("key %s does not begin with the version", first)
	}
	t.Setenv("GOFLAGS", "-mod=vendor -trimpath=false")
	if again := key(row, env); again != first {
		t.Errorf("the caller's GOFLAGS changed the key from %s to %s", first, again)
	}
	other := row
	other.flags = "-s"
	if key(other, env) == first {
		t.Error("other flags must give another key")
	}
	other = row
	other.tags = "small"
	if key(other, env) == first {
		t.Error("other tags must give another key")
	}
	if key(row, goEnv{GOVERSION: "go1.26.1", GOOS: "linux", GOARCH: "amd64"}) == first {
		t.Error("another Go version must give another key")
	}
	write("module m\n\nrequire (\n\texample.invalid/x v1.2.3 // indirect\n\texample.invalid/y v1.0.0\n)\n")
	if key(row, env) == first {
		t.Error("another module file must give another key")
	}
	write("module m\n")
	if _, err := resolve(row, dir, env); err == nil || !strings.Contains(err.Error(), "requires no version of example.invalid/x") {
		t.Errorf("a module file without the module: error is %v", err)
	}
}
