//go:build e2e

package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

// patience is how long one command of a page may take on a busy machine with two cores.
const patience = 5 * time.Minute

func TestPagesOfTheLocalEnvironment(t *testing.T) {
	root := testenv.Root()
	state := os.Getenv("SLIPWAY_E2E_STATE_DIR")
	if state == "" {
		state = filepath.Join(root, ".local", "docs")
		local(t, "down", state)
		t.Cleanup(func() { local(t, "down", state) })
	}
	pages, err := walkthrough.Pages(root, walkthrough.Local)
	if err != nil {
		t.Errorf("some pages cannot be read: %v", err)
	}
	only := regexp.MustCompile(os.Getenv("SLIPWAY_DOCS_PAGES"))
	pages = slices.DeleteFunc(pages, func(page *walkthrough.Page) bool { return !only.MatchString(page.File) })
	fresh := ""
	for _, page := range pages {
		name, err := filepath.Rel(root, page.File)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			if fresh == "" || fresh != objects(t, state) {
				local(t, "up", state)
				fresh = objects(t, state)
			}
			dir, bin := reader(t, root, state)
			options := walkthrough.Options{
				Dir: dir, Patience: patience, Log: t.Output(),
				// Every bash reads BASH_ENV first: readers have done that once, and need not do it again on every page.
				Env: []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "BASH_ENV=" + filepath.Join(state, "env")},
			}
			if err := page.Run(t.Context(), options); err != nil {
				t.Error(err)
			}
		})
	}
}

// local calls the program behind make up and make down.
func local(t *testing.T, verb, state string) {
	t.Helper()
	cmd := exec.Command("go", "run", "-trimpath", "./hack/local", verb, "--state-dir", state)
	cmd.Dir = testenv.Root()
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("hack/local %s: %v\n%s", verb, err, output)
	}
}

// objects tells what there is of the fleet, to see whether a page left the environment as it was.
func objects(t *testing.T, state string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), "--kubeconfig", filepath.Join(state, "kubeconfig"),
		"get", "clusters,nodepools,addons,addontemplates,platforms,secrets", "--all-namespaces",
		"--output", `jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.spec}{"\n"}{end}`)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("listing what there is: %v\n%s", err, output)
	}
	return string(output)
}

// reader makes the folder in which a page is worked through, and one with what its commands mean here.
func reader(t *testing.T, root, state string) (dir, bin string) {
	t.Helper()
	dir, bin = t.TempDir(), t.TempDir()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]string{".local": state}
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			links[entry.Name()] = filepath.Join(root, entry.Name())
		}
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	// The environment lies elsewhere than make would look for it. Of targets that build and test, or that end the environment, it
	// is seen that they exist; presubmit and the suites run them.
	program, err := exec.LookPath("make")
	if err != nil {
		t.Fatal(err)
	}
	script := `#!/usr/bin/env bash
set -euo pipefail
case "$1" in
  up | status) exec ` + program + ` --no-print-directory -C '` + root + `' "$1" LOCALFLAGS='--state-dir ` + state + `' ;;
  *) exec ` + program + ` --no-print-directory --dry-run -C '` + root + `' "$@" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "make"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, bin
}
