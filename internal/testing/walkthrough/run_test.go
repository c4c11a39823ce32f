package walkthrough

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// run works through a page made of lines, in a folder of its own.
func run(t *testing.T, lines ...string) error {
	t.Helper()
	parsed, err := Parse("page.md", page(append([]string{"<!-- commands: local -->", "", ""}, lines...)...))
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Run(t.Context(), Options{Dir: t.TempDir(), Env: []string{"WHO=reader"}})
}

func TestPagesThatWork(t *testing.T) {
	cases := map[string][]string{
		"variables, functions and the folder last": {
			"'''bash", "mkdir sub && cd sub", "greet() { echo \"hello $1\"; }", "name=$WHO", "'''",
			"'''console", "$ greet $name", "hello reader", "$ basename $PWD", "sub", "'''"},
		"a file is saved where the shell is": {
			"Save `a.yaml`:", "'''bash", "mkdir sub && cd sub", "'''", "Save `a.yaml`:", "'''yaml file=a.yaml", "a: 1", "'''",
			"'''console", "$ cat a.yaml", "a: 1", "'''"},
		"a command may go on for lines": {
			"'''console", "$ cat <<EOF", "> one", "> two", "> EOF", "one", "two", "'''"},
		"what is meant to fail fails": {
			"'''console fails", "$ false", "$ echo no >&2; exit_code() { return 3; }; exit_code", "no", "'''"},
		"numbers, made-up words and space differ": {
			"'''console", "$ printf 'NAME   AGE\\npool-7xkqz  3m2s\\nhttp://10.1.2.3:80\\n'",
			"NAME  AGE", "pool-bcdfg  12s", "http://10.96.180.17:31002", "'''"},
		"lines may be left out": {
			"'''console", "$ printf 'one\\ntwo and three\\nfour\\n'", "one", "…", "four", "$ echo two and three", "two … three", "'''"},
		"commands get nothing to read": {"'''console", "$ cat; echo done", "done", "'''"},
	}
	for name, lines := range cases {
		t.Run(name, func(t *testing.T) {
			if err := run(t, lines...); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPagesThatDoNotWork(t *testing.T) {
	cases := map[string]struct {
		lines []string
		want  string
		line  int
	}{
		"a command fails":              {[]string{"'''console", "$ true", "$ false", "'''"}, "exit code 1", 6},
		"a command in a pipe fails":    {[]string{"'''console", "$ false | cat", "'''"}, "exit code 1", 5},
		"a command does not exist":     {[]string{"'''console", "$ no-such-command", "'''"}, "no-such-command: command not found", 5},
		"a command is no bash":         {[]string{"'''console", "$ if", "'''"}, "syntax error", 5},
		"a script fails half-way":      {[]string{"'''bash", "false", "true", "'''"}, "the shell ended", 5},
		"a script ends the shell":      {[]string{"'''bash", "exit 0", "'''"}, "the shell ended", 5},
		"what should fail does not":    {[]string{"'''console fails", "$ true", "'''"}, "it should fail", 5},
		"a line is not in the output":  {[]string{"'''console", "$ echo one", "two", "'''"}, "not in the output: two", 5},
		"the lines are in other order": {[]string{"'''console", "$ printf 'b\\na\\n'", "a", "b", "'''"}, "not in the output: b", 5},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := run(t, tc.lines...)
			var failure *Failure
			if !errors.As(err, &failure) {
				t.Fatalf("got %v, want a Failure", err)
			}
			if !strings.Contains(err.Error(), tc.want) || failure.Line != tc.line {
				t.Errorf("got line %d and %v, want line %d and %q", failure.Line, err, tc.line, tc.want)
			}
		})
	}
}

func TestAStepThatDoesNotEndIsEnded(t *testing.T) {
	parsed, err := Parse("page.md", page("<!-- commands: local -->", "'''console", "$ sleep 600 & echo $! > id; wait", "'''"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = parsed.Run(t.Context(), Options{Dir: dir, Patience: 2 * time.Second})
	if err == nil || !strings.Contains(err.Error(), "did not end within") {
		t.Fatalf("got %v", err)
	}
	id, err := os.ReadFile(filepath.Join(dir, "id"))
	if err != nil {
		t.Fatal(err)
	}
	process := filepath.Join("/proc", strings.TrimSpace(string(id)), "stat")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		state, err := os.ReadFile(process)
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("what the step started is still there: %s", state)
		}
	}
}
