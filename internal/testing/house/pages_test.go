package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// Every kind has a page in docs/spec with the same four sections, which names every field.
func TestEveryKindHasAPage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "config", "crd", "bases", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found no CRDs: %v", err)
	}
	for _, file := range files {
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal([]byte(read(t, file)), definition); err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
		kind := definition.Spec.Names.Kind
		page := read(t, filepath.Join(testenv.Root(), "docs", "spec", strings.ToLower(kind)+".md"))
		for _, section := range []string{"# " + kind, "## Example", "## Writing a spec", "## Working with it", "## Status"} {
			if !strings.Contains(page, "\n"+section+"\n") && !strings.HasPrefix(page, section+"\n") {
				t.Errorf("the page of %s has no section %q", kind, section)
			}
		}
		for _, field := range fields(definition.Spec.Versions[0].Schema.OpenAPIV3Schema) {
			if !mentions(page, field) {
				t.Errorf("the page of %s does not mention the field %q", kind, field)
			}
		}
	}
}

// fields returns the names of all fields of a kind, at any depth, but those that every Kubernetes object has.
func fields(root *apiextensionsv1.JSONSchemaProps) []string {
	var names []string
	var walk func(props *apiextensionsv1.JSONSchemaProps)
	walk = func(props *apiextensionsv1.JSONSchemaProps) {
		for name, child := range props.Properties {
			names = append(names, name)
			if name != "conditions" || child.Items == nil || child.Items.Schema.Properties["observedGeneration"].Type == "" {
				walk(&child)
			}
		}
		if props.Items != nil && props.Items.Schema != nil {
			walk(props.Items.Schema)
		}
	}
	for name, child := range root.Properties {
		if name == "spec" || name == "status" || name == "report" {
			walk(&child)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// mentions tells whether a page has a field in code, alone or as a step of a path.
func mentions(page, field string) bool {
	return regexp.MustCompile("`[^`\n]*\\b" + regexp.QuoteMeta(field) + "\\b[^`\n]*`").MatchString(page)
}

// Every reason that a condition can have is explained on the page of some kind.
func TestEveryReasonIsExplained(t *testing.T) {
	root := testenv.Root()
	pages := ""
	files, err := filepath.Glob(filepath.Join(root, "docs", "spec", "*.md"))
	if err != nil {
		t.Fatalf("listing the pages: %v", err)
	}
	for _, file := range files {
		pages += read(t, file)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "api", "v1alpha1", "condition_types.go"), nil, 0)
	if err != nil {
		t.Fatalf("reading the reasons: %v", err)
	}
	found := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		word, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatalf("reading %s: %v", spec.Names[0].Name, err)
		}
		found++
		if !mentions(pages, word) {
			t.Errorf("no page in docs/spec explains %s (%s)", word, spec.Names[0].Name)
		}
		return true
	})
	if found < 40 {
		t.Errorf("found %d conditions and reasons: the walk through condition_types.go is broken", found)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading a file of the checkout: %v", err)
	}
	return string(content)
}
