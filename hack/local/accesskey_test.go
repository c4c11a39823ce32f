package main

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/signature"
)

func TestTheAccessKeyIsMadeOnce(t *testing.T) {
	e := &environment{layout: layout{state: t.TempDir()}}
	made, err := e.ensureAccessKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, fault := signature.ReadKey(map[string][]byte{
		"accessKey": []byte(made.id), "secretKey": []byte(made.secret), "user": []byte(accessKeyUser)}); fault != nil {
		t.Error(fault)
	}
	again, err := e.ensureAccessKey()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, again, cmp.AllowUnexported(accessKey{})); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(e.accessKey())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %s", info.Mode())
	}
}

func TestAnAccessKeyThatIsBrokenIsNotReplaced(t *testing.T) {
	e := &environment{layout: layout{state: t.TempDir()}}
	if err := os.WriteFile(e.accessKey(), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ensureAccessKey(); err == nil || !strings.Contains(err.Error(), "holds no access key") {
		t.Errorf("got %v", err)
	}
}
