package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/process"
)

func TestAForeignFolderIsNeitherUsedNorRemoved(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := layout{root: dir, state: dir}
	if err := l.prepare(); err == nil || !strings.Contains(err.Error(), "--state-dir") {
		t.Errorf("prepare: %v", err)
	}
	if err := down(context.Background(), l, false, newProgress(&bytes.Buffer{})); err != nil {
		t.Errorf("down: %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestDownEndsWhatOthersLeftBehind(t *testing.T) {
	l := layout{root: t.TempDir(), state: filepath.Join(t.TempDir(), "state")}
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	var left []*process.Process
	for _, record := range []string{l.record("unknown"), filepath.Join(l.tenants(), "a", "run", "etcd.json")} {
		p, err := process.Start(process.Spec{Name: "left", Path: "/bin/sleep", Args: []string{"600"},
			LogFile: filepath.Join(t.TempDir(), "log"), RecordFile: record})
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, p)
	}
	var out bytes.Buffer
	if err := down(context.Background(), l, false, newProgress(&out)); err != nil {
		t.Fatal(err)
	}
	for _, p := range left {
		if p.Alive() {
			t.Errorf("process %d of %s still runs; down said:\n%s", p.PID, p.RecordFile(), out.String())
		}
	}
	if _, err := os.Stat(l.state); !os.IsNotExist(err) {
		t.Errorf("the state is still there: %v", err)
	}
}

func TestTheEnvFileSurvivesAShell(t *testing.T) {
	l := layout{state: filepath.Join(t.TempDir(), "it's here")}
	if err := os.Mkdir(l.state, 0o700); err != nil {
		t.Fatal(err)
	}
	e := &environment{layout: l, binDir: filepath.Join(l.state, "tools")}
	if err := e.writeEnv(); err != nil {
		t.Fatal(err)
	}
	script := `. "$1"; . "$1"; printf '%s\n%s' "$KUBECONFIG" "$PATH"`
	cmd := exec.Command("/bin/sh", "-eu", "-c", script, "sh", l.env())
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	want := l.kubeconfig() + "\n" + e.binDir + ":/usr/bin:/bin"
	if err != nil || string(out) != want {
		t.Errorf("got %q, %v; want %q", out, err, want)
	}
}

func TestAChartsHashFollowsItsFiles(t *testing.T) {
	dir := t.TempDir()
	hash := func() string {
		t.Helper()
		sum, err := hashTree(dir)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	empty := hash()
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	filled := hash()
	if filled == empty || hash() != filled {
		t.Error("the hash must follow content, and nothing else")
	}
}
