package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var (
	reasonRow  = regexp.MustCompile("(?m)^\\| ((?:`[A-Za-z]+`(?:, )?)+) \\|(.*)$")
	reasonWord = regexp.MustCompile("`([A-Za-z]+)`")
)

// docs/troubleshooting.md has a row for every reason of a condition, which says what it means and what to do, and for no other word.
func TestEveryReasonHasARemedy(t *testing.T) {
	page := read(t, filepath.Join(testenv.Root(), "docs", "troubleshooting.md"))
	explained := map[string]bool{}
	for _, row := range reasonRow.FindAllStringSubmatch(page, -1) {
		cells := strings.Split(strings.TrimSuffix(strings.TrimSpace(row[2]), "|"), " | ")
		if len(cells) != 3 || strings.TrimSpace(cells[1]) == "" || strings.TrimSpace(cells[2]) == "" {
			t.Errorf("the row of %s must have a condition, a meaning and a remedy: %q", row[1], row[2])
		}
		for _, word := range reasonWord.FindAllStringSubmatch(row[1], -1) {
			explained[word[1]] = true
		}
	}
	known := reasons(t)
	for reason := range known {
		if !explained[reason] {
			t.Errorf("docs/troubleshooting.md has no row for %s", reason)
		}
	}
	for reason := range explained {
		if !known[reason] {
			t.Errorf("docs/troubleshooting.md explains %s, which is no reason", reason)
		}
	}
}

// reasons are the values of the constants Reason… of the API.
func reasons(t *testing.T) map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(testenv.Root(), "api", "v1alpha1", "condition_types.go"), nil, 0)
	if err != nil {
		t.Fatalf("reading the reasons: %v", err)
	}
	found := map[string]bool{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Reason") {
			return true
		}
		word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatalf("reading %s: %v", spec.Names[0].Name, err)
		}
		found[word] = true
		return true
	})
	if len(found) < 40 {
		t.Fatalf("found %d reasons: the walk through condition_types.go is broken", len(found))
	}
	return found
}
