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

// controller-gen reads role markers from comments that stand by themselves. In the comment of a function they look right and
// grant nothing.
func TestRoleMarkersStandByThemselves(t *testing.T) {
	root, markers := testenv.Root(), 0
	for _, folder := range []string{"controllers", "internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			attached := map[*ast.CommentGroup]string{}
			for _, declaration := range file.Decls {
				if function, ok := declaration.(*ast.FuncDecl); ok && function.Doc != nil {
					attached[function.Doc] = function.Name.Name
				}
			}
			for _, group := range file.Comments {
				if !strings.Contains(comment(group), "+kubebuilder:rbac:") {
					continue
				}
				markers++
				if function := attached[group]; function != "" {
					t.Errorf("%s: the role markers are part of the comment of %s; put an empty line below them", strings.TrimPrefix(path, root+"/"), function)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("reading %s: %v", folder, err)
		}
	}
	if markers == 0 {
		t.Error("found no role markers: the walk through the checkout is broken")
	}
}

// comment is the text of a comment with its markers, which ast.CommentGroup.Text leaves out.
func comment(group *ast.CommentGroup) string {
	var text strings.Builder
	for _, line := range group.List {
		text.WriteString(line.Text + "\n")
	}
	return text.String()
}
