package walkthrough

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Blocks are written with ”' here, for ``` would end the string.
func page(lines ...string) string {
	return strings.ReplaceAll(strings.Join(lines, "\n"), "'''", "```")
}

func TestParse(t *testing.T) {
	cases := map[string]struct {
		text  string
		where Where
		steps []Step
	}{
		"a page without commands need not say where they run": {
			text: page("# Title", "'''text", "$ not a command", "'''"),
		},
		"a console block holds commands and what they show": {
			text: page("# Title", "<!-- commands: local -->", "'''console",
				"$ one", "its output", "", "$ two \\", "> more", "$ three", "'''"),
			where: Local,
			steps: []Step{
				{Line: 4, Text: "one", Shown: []string{"its output", ""}},
				{Line: 7, Text: "two \\\nmore"},
				{Line: 9, Text: "three"},
			},
		},
		"a line of output may begin like one that goes on": {
			text:  page("<!-- commands: bare -->", "'''console", "$ diff a b", "1c1", "> b", "'''"),
			where: Bare,
			steps: []Step{{Line: 3, Text: "diff a b", Shown: []string{"1c1", "> b"}}},
		},
		"commands that are meant to fail are known": {
			text:  page("<!-- commands: bare -->", "'''console fails", "$ false", "'''"),
			where: Bare,
			steps: []Step{{Line: 3, Text: "false", Fails: true}},
		},
		"a script is one step, and may be indented": {
			text:  page("<!-- commands: local -->", "1. Do", "", "   '''bash", "   if true; then", "     echo yes", "   fi", "   '''"),
			where: Local,
			steps: []Step{{Line: 5, Text: "if true; then\n  echo yes\nfi", Script: true}},
		},
		"a file is saved under the name that the text says": {
			text:  page("<!-- commands: local -->", "Save this as `a.yaml`:", "'''yaml file=a.yaml", "a: 1", "'''"),
			where: Local,
			steps: []Step{{Line: 4, Text: "a: 1\n", SaveAs: "a.yaml"}},
		},
		"a longer fence holds shorter ones": {
			text:  page("<!-- commands: none -->", "''''text", "'''console", "$ x", "'''", "''''"),
			where: None,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Parse("page.md", strings.ReplaceAll(tc.text, "```'", "````"))
			if err != nil {
				t.Fatal(err)
			}
			want := &Page{File: "page.md", Where: tc.where, Steps: tc.steps}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("differs from what was expected (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPagesThatBreakTheRulesAreRefused(t *testing.T) {
	cases := map[string]struct{ text, want string }{
		"a block without a language":            {page("'''", "$ x", "'''"), "commands stand in console or bash"},
		"a block of another shell's":            {page("'''sh", "x", "'''"), "commands stand in console or bash"},
		"commands of nowhere":                   {page("'''bash", "x", "'''"), "say within the first 5 lines where it runs"},
		"commands where there should be none":   {page("<!-- commands: none -->", "'''bash", "x", "'''"), "line 3 has a command"},
		"no commands where there should be":     {page("<!-- commands: local -->", "Nothing"), "there are none"},
		"an unknown place":                      {page("<!-- commands: moon -->"), "must be local, bare, alert or none"},
		"output before the first command":       {page("<!-- commands: local -->", "'''console", "x", "'''"), "begins with a command"},
		"an empty console":                      {page("<!-- commands: local -->", "'''console", "'''"), "without a command"},
		"a file that the text does not mention": {page("<!-- commands: local -->", "'''yaml file=a.yaml", "a: 1", "'''"), "does not tell the reader"},
		"a block without an end":                {page("<!-- commands: local -->", "'''bash", "x"), "has no end"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("page.md", tc.text)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(page("<!-- commands: local -->", "'''console", "$ x", "> y", "z", "'''"))
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse("page.md", text)
		if err == nil && len(parsed.Steps) > 0 && parsed.Where == "" {
			t.Errorf("a page with commands that says nothing of where they run was taken")
		}
	})
}
