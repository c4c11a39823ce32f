package process

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

const patience = 10 * time.Second

func shell(t *testing.T, script string) Spec {
	t.Helper()
	dir := t.TempDir()
	return Spec{
		Name: "shell", Path: "/bin/sh", Args: []string{"-c", script},
		LogFile: filepath.Join(dir, "logs", "shell.log"), RecordFile: filepath.Join(dir, "run", "shell.json"),
	}
}

func start(t *testing.T, spec Spec) *Process {
	t.Helper()
	p, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background(), 0); err != nil {
			t.Error(err)
		}
	})
	return p
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(context.Background(), 5*time.Millisecond, patience, true,
		func(context.Context) (bool, error) { return condition(), nil })
	if err != nil {
		t.Fatalf("waiting until %s: %v", what, err)
	}
}

func TestAProcessIsFoundByItsRecordAndStopped(t *testing.T) {
	spec := shell(t, "echo hello; exec sleep 600")
	p := start(t, spec)
	found, err := Find(spec.RecordFile)
	if err != nil || found == nil || found.PID != p.PID || found.Fingerprint != p.Fingerprint {
		t.Fatalf("found %+v, %v; want %+v", found, err, p)
	}
	eventually(t, "the log has the output", func() bool { return LogTail(spec.LogFile, 1) == "hello" })

	if err := found.Stop(context.Background(), patience); err != nil {
		t.Fatal(err)
	}
	if p.Alive() {
		t.Error("it still runs")
	}
	if _, err := os.Stat(spec.RecordFile); !os.IsNotExist(err) {
		t.Errorf("the record is still there: %v", err)
	}
	if found, err := Find(spec.RecordFile); found != nil || err != nil {
		t.Errorf("after the stop: %+v, %v", found, err)
	}
	if err := p.Stop(context.Background(), patience); err != nil {
		t.Errorf("stopping it twice: %v", err)
	}
}

func TestAProcessThatIgnoresSIGTERMIsKilled(t *testing.T) {
	spec := shell(t, "trap '' TERM; echo ready; while :; do sleep 600 & wait; done")
	p := start(t, spec)
	eventually(t, "the trap is set", func() bool { return LogTail(spec.LogFile, 1) == "ready" })
	if err := p.Stop(context.Background(), 50*time.Millisecond); err != nil || p.Alive() {
		t.Errorf("alive: %v, %v", p.Alive(), err)
	}
	children, err := FindUnder(filepath.Dir(spec.RecordFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, child := range children {
		if err := child.Stop(context.Background(), 0); err != nil {
			t.Error(err)
		}
	}
}

func TestARecycledIDIsNeitherFoundNorSignalled(t *testing.T) {
	stranger := start(t, shell(t, "exec sleep 600"))
	record := filepath.Join(t.TempDir(), "old.json")
	old := Process{Name: "old", PID: stranger.PID, Started: "another-boot/1", file: record}
	if err := old.write(); err != nil {
		t.Fatal(err)
	}
	if found, err := Find(record); found != nil || err != nil {
		t.Errorf("found %+v, %v", found, err)
	}
	if err := old.Stop(context.Background(), patience); err != nil {
		t.Error(err)
	}
	if !stranger.Alive() {
		t.Error("the stranger was ended")
	}
}

func TestAProcessWhoseStarterWasKilledBeforeRecordingIsFound(t *testing.T) {
	spec := shell(t, "exec sleep 600")
	p := start(t, spec)
	for _, content := range []string{"", "{half", "{}"} {
		if err := os.WriteFile(spec.RecordFile, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		found, err := Find(spec.RecordFile)
		if err != nil || found == nil || found.PID != p.PID || found.Fingerprint != "" || found.Name != "shell" {
			t.Errorf("with the record %q: found %+v, %v", content, found, err)
		}
	}
	under, err := FindUnder(filepath.Dir(filepath.Dir(spec.RecordFile)))
	if err != nil || len(under) != 1 || under[0].PID != p.PID {
		t.Errorf("under the folder: %+v, %v", under, err)
	}
}

func TestADeadChildIsNotAlive(t *testing.T) {
	spec := shell(t, "exit 3")
	p, err := Start(spec)
	if err != nil {
		if !strings.Contains(err.Error(), "see its log") {
			t.Error(err)
		}
		return
	}
	eventually(t, "it ended", func() bool { return !p.Alive() })
	last, err := read(spec.RecordFile)
	if err != nil || last == nil || last.PID != p.PID {
		t.Errorf("the record still says what ran last: %+v, %v", last, err)
	}
}

func TestFingerprint(t *testing.T) {
	input := filepath.Join(t.TempDir(), "input")
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(input, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	print := func(s Spec) string {
		t.Helper()
		f, err := s.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	write("one")
	spec := Spec{Name: "x", Path: "/x", Args: []string{"a b"}, Inputs: []string{input}}
	first := print(spec)
	if print(spec) != first {
		t.Error("the same spec has one fingerprint")
	}
	split := spec
	split.Args = []string{"a", "b"}
	if print(split) == first {
		t.Error("arguments are kept apart")
	}
	write("two")
	if print(spec) == first {
		t.Error("an input's content counts")
	}
	spec.Inputs = []string{input + "-gone"}
	if _, err := spec.Fingerprint(); err == nil {
		t.Error("a missing input is an error")
	}
}

func TestRecordsAreJSON(t *testing.T) {
	spec := shell(t, "exec sleep 600")
	p := start(t, spec)
	content, err := os.ReadFile(spec.RecordFile)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(content, &got); err != nil || got["started"] != p.Started {
		t.Errorf("record %s: %v", content, err)
	}
}

func TestFreePort(t *testing.T) {
	seen := map[int]bool{}
	for range 50 {
		port, err := FreePort()
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] || port < firstPort || port > lastPort {
			t.Errorf("port %d", port)
		}
		seen[port] = true
	}
}

func TestLockWaitsUntilItsContextEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "lock")
	unlock, err := Lock(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := Lock(ctx, file); err == nil {
		t.Error("two hold it")
	}
	unlock()
	again, err := Lock(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	again()
}
