package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code     = regexp.MustCompile("(?s)(?m:^ *```.*?^ *```$)|``.+?``|`[^`\n]*`")
	heading  = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	dropped  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// Links between pages, and from pages to files and headings, lead somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	root := testenv.Root()
	for page, text := range pages(t) {
		for _, target := range links(text) {
			file, anchor, hasAnchor := strings.Cut(target, "#")
			if file == "" {
				file = filepath.Base(page)
			}
			path := filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, target)
				continue
			}
			if hasAnchor && filepath.Ext(path) == ".md" && !anchors(read(t, filepath.Join(root, path)))[anchor] {
				t.Errorf("%s links to %s, which has no such heading", page, target)
			}
		}
	}
}

// Every page is found by who begins at the table of contents.
func TestEveryPageIsReachable(t *testing.T) {
	all := pages(t)
	reached := map[string]bool{}
	for next := []string{"docs/README.md"}; len(next) > 0; next = next[1:] {
		page := next[0]
		if reached[page] {
			continue
		}
		reached[page] = true
		for _, target := range links(all[page]) {
			file, _, _ := strings.Cut(target, "#")
			path := filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			for _, found := range []string{path, filepath.Join(path, "README.md")} {
				if _, ok := all[found]; ok {
					next = append(next, found)
				}
			}
		}
	}
	for page := range all {
		if !reached[page] {
			t.Errorf("no way leads from docs/README.md to %s: link it from there, or from a page that is linked", page)
		}
	}
}

// pages are the texts of all pages of the checkout, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := testenv.Root()
	files, err := walkthrough.Files(root)
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d pages: the walk through the checkout is broken: %v", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range files {
		path, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = read(t, file)
	}
	return texts
}

// links are the targets of a page's links but those to other sites; what stands in code is no link.
func links(text string) []string {
	var targets []string
	for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(text, "code"), -1) {
		if !strings.Contains(match[1], "://") && !strings.HasPrefix(match[1], "mailto:") {
			targets = append(targets, match[1])
		}
	}
	return targets
}

// anchors are what links may name in a page: its headings in small letters, with hyphens for spaces and without signs. A heading
// that comes again has a number.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		words := linkText.ReplaceAllString(match[1], "$1")
		anchor := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(words), ""), " ", "-")
		for n := 1; found[anchor]; n++ {
			anchor = strings.TrimSuffix(anchor, "-"+strconv.Itoa(n-1)) + "-" + strconv.Itoa(n)
		}
		found[anchor] = true
	}
	return found
}

func TestAnchors(t *testing.T) {
	text := "# The `one` page\n```text\n# not a heading\n```\n## Ready, or not?\n## Again\n## Again\n### [Linked](x.md) heading\n"
	want := []string{"the-one-page", "ready-or-not", "again", "again-1", "linked-heading"}
	got := anchors(text)
	if len(got) != len(want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for _, anchor := range want {
		if !got[anchor] {
			t.Errorf("%q is missing in %v", anchor, got)
		}
	}
}
