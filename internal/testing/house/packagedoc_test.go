package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// Every package has one doc.go, which says what the package is for; no other file of it has a package comment.
func TestEveryPackageHasOneComment(t *testing.T) {
	packages := packages(t)
	if len(packages) < 10 {
		t.Fatalf("found %d packages: the walk through the checkout is broken", len(packages))
	}
	for folder, files := range packages {
		documented := false
		for name, file := range files {
			comment := strings.TrimSpace(file.Doc.Text())
			switch {
			case ast.IsGenerated(file):
				// Generators write what they like.
			case name != "doc.go" && comment != "":
				t.Errorf("%s/%s has a package comment: it belongs into doc.go", folder, name)
			case name == "doc.go" && opens(comment, file.Name.Name, folder):
				documented = true
			case name == "doc.go":
				t.Errorf("%s/doc.go must open with %q or, for a program, %q", folder, "Package "+file.Name.Name+" ", "Command "+filepath.Base(folder)+" ")
				documented = true
			}
		}
		if !documented {
			t.Errorf("%s has no doc.go: say what the package is for, who calls it and what it never does", folder)
		}
	}
}

// opens tells whether a package comment begins as godoc expects.
func opens(comment, name, folder string) bool {
	if name == "main" {
		return strings.HasPrefix(comment, "Command "+filepath.Base(folder)+" ")
	}
	return strings.HasPrefix(comment, "Package "+name+" ")
}

// packages parses the head of every Go file of the checkout, by folder and file name. Packages that are generated as a whole
// are left out.
func packages(t *testing.T) map[string]map[string]*ast.File {
	t.Helper()
	root := testenv.Root()
	found := map[string]map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			hidden := strings.HasPrefix(entry.Name(), ".") && path != root
			if hidden || entry.Name() == "testdata" || entry.Name() == "applyconfiguration" {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if found[folder] == nil {
			found[folder] = map[string]*ast.File{}
		}
		found[folder][entry.Name()] = file
		return nil
	})
	if err != nil {
		t.Fatalf("reading the checkout: %v", err)
	}
	return found
}
