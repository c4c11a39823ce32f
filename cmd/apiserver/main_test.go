package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// The server's own options have a table in internal/apiserver.
func TestTheCommandLineIsChecked(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments []string
		want      string
	}{
		"a log format must be json or text":     {arguments: []string{"--log-format=xml"}, want: "--log-format"},
		"an unknown log level is refused":       {arguments: []string{"--log-level=LOUD"}, want: "--log-level"},
		"an unknown flag is refused":            {arguments: []string{"--nonsense"}, want: "unknown flag"},
		"what is no flag at all is refused":     {arguments: []string{"start"}, want: "start"},
		"the server's options are checked":      {arguments: []string{"--insecure-http-bind-address=0.0.0.0:80"}, want: "loopback"},
		"a kubeconfig that is missing is named": {arguments: []string{"--kubeconfig=/nowhere/at/all"}, want: "/nowhere/at/all"},
	} {
		t.Run(name, func(t *testing.T) {
			command := newCommand()
			command.SetArgs(tc.arguments)
			if err := command.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v does not contain %q", err, tc.want)
			}
		})
	}
}

func TestHelpIsGrouped(t *testing.T) {
	command, out := newCommand(), &bytes.Buffer{}
	command.SetArgs([]string{"--help"})
	command.SetOut(out)
	if err := command.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Facade flags:", "Limits flags:", "Secure serving flags:", "Logging flags:", "--default-namespace", "--log-level"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("--help lacks %q", want)
		}
	}
}

func TestTheBuildSaysWhenItWas(t *testing.T) {
	version, buildTime := build()
	if version == "" {
		t.Error("the version is empty")
	}
	if _, err := time.Parse(time.RFC3339, buildTime); err != nil {
		t.Errorf("the build time: %v", err)
	}
}
