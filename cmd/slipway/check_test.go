package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/installation"
)

func TestReport(t *testing.T) {
	good := installation.Finding{Subject: "manager runs"}
	bad := installation.Finding{Subject: "webhooks answer", Err: errors.New("nobody listens")}
	for name, tc := range map[string]struct {
		findings []installation.Finding
		want     string
		wantErr  string
	}{
		"all is well": {findings: []installation.Finding{good}, want: "ok    manager runs\n"},
		"one thing is not, and the command fails": {
			findings: []installation.Finding{good, bad},
			want:     "ok    manager runs\nFAIL  webhooks answer: nobody listens\n",
			wantErr:  "1 of 2 checks failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := report(&out, tc.findings)
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if got := message(err); got != tc.wantErr {
				t.Errorf("error = %q, want %q", got, tc.wantErr)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What the chart's hooks call has to stay what it is called there.
func TestCommandsAndFlagsOfTheChart(t *testing.T) {
	for command, flags := range map[string][]string{
		"check": {"system-namespace", "wait"},
		"drain": {"yes", "timeout"},
	} {
		found, _, err := newCommand().Find([]string{command})
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range flags {
			if found.Flag(flag) == nil {
				t.Errorf("slipway %s has no flag --%s", command, flag)
			}
		}
	}
}
