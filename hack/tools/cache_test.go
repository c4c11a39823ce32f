package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// built puts an entry into the cache as a build would.
func built(t *testing.T, c cache, name, key string) entry {
	t.Helper()
	e := entry{tool: tool{name: name}, key: key}
	if err := os.MkdirAll(filepath.Dir(c.path(e)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path(e), []byte(key), 0o755); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestLinksFollowTheSet(t *testing.T) {
	c := cache{dir: t.TempDir()}
	a, b := built(t, c, "a", "v1-x"), entry{tool: tool{name: "b"}, key: "v1-y"}
	all := []entry{a, b}
	if err := c.link(all); err != nil {
		t.Fatal(err)
	}
	if !c.linked(all, []entry{a}) || c.linked(all, all) {
		t.Error("only what is built is linked")
	}
	content, err := os.ReadFile(filepath.Join(c.binDir(all), "a"))
	if err != nil || string(content) != "v1-x" {
		t.Errorf("through the link: %q, %v", content, err)
	}
	b = built(t, c, "b", "v1-y")
	if err := c.link(all); err != nil || !c.linked(all, all) {
		t.Errorf("a later build is linked in too: %v", err)
	}
	if c.binDir(all) == c.binDir([]entry{a, {tool: b.tool, key: "v2-z"}}) {
		t.Error("another set must have another folder")
	}
}

func TestSecondRunWaitsForTheFirst(t *testing.T) {
	c := cache{dir: t.TempDir()}
	unlock, err := c.lock(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	reader, writer := io.Pipe()
	var group sync.WaitGroup
	group.Go(func() {
		unlockSecond, err := c.lock(writer)
		if err != nil {
			t.Error(err)
			return
		}
		unlockSecond()
	})
	said := make([]byte, 64)
	n, _ := reader.Read(said)
	if !strings.Contains(string(said[:n]), "another run is building") {
		t.Errorf("the second run said %q", said[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	unlock()
	group.Wait()
}

func TestSweepRemovesOnlyWhatIsHalfMade(t *testing.T) {
	c := cache{dir: t.TempDir()}
	e := built(t, c, "a", "v1-x")
	half := filepath.Join(c.dir, temporaryPrefix+"1")
	if err := os.Mkdir(half, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.sweep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !os.IsNotExist(err) || !c.has(e) {
		t.Errorf("half-made: %v; built: %v", err, c.has(e))
	}
}

func TestFailingBuildShowsTheCompilersWords(t *testing.T) {
	root := t.TempDir()
	modDir := filepath.Join(root, "hack", "tools")
	for name, content := range map[string]string{
		"hack/tools/x.mod": "module example.invalid/x\n\ngo 1.26.0\n",
		"go.mod":           "module example.invalid/x\n\ngo 1.26.0\n",
		"x.go":             "package main\n\nfunc main() { undefinedThing() }\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var progress bytes.Buffer
	b := builder{root: root, modDir: modDir, cache: cache{dir: t.TempDir()}, progress: &progress}
	e := entry{tool: tool{name: "x", mod: "x", pkg: "example.invalid/x", flags: stripFlags}, key: "v0-x"}

	err := b.ensure(context.Background(), []entry{e}, []entry{e})
	if err == nil || !strings.Contains(err.Error(), "undefined: undefinedThing") {
		t.Errorf("error is %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(b.cache.dir, temporaryPrefix+"*"))
	if len(left) > 0 || b.cache.has(e) {
		t.Errorf("left behind: %v", left)
	}
	if !strings.Contains(progress.String(), "building 1 that are missing: x") {
		t.Errorf("progress was %q", progress.String())
	}
}

func TestInterruptionEndsTheWholeGroup(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.Command("sh", "-c", "echo started; sleep 600 & wait")
	reader, writer := io.Pipe()
	cmd.Stdout = writer
	go func() {
		_, _ = reader.Read(make([]byte, 16))
		cancel()
	}()
	// Wait returns only when everyone who holds the pipe is gone, so returning at all shows that the sleeper ended too.
	if err := runCancellable(ctx, cmd, func() {}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
