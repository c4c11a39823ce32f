package main

import (
	"flag"
	"io"
	"testing"
)

func TestParse(t *testing.T) {
	for name, tc := range map[string]struct {
		arguments []string
		wantError bool
		wantPort  int
	}{
		"without arguments the defaults hold":    {wantPort: 9443},
		"webhooks can be switched off":           {arguments: []string{"--webhook-port=-1"}, wantPort: -1},
		"a log level below DEBUG is allowed":     {arguments: []string{"--log-level=INFO-2"}, wantPort: 9443},
		"an unknown flag is refused":             {arguments: []string{"--nonsense"}, wantError: true},
		"an unknown log level is refused":        {arguments: []string{"--log-level=LOUD"}, wantError: true},
		"a log format must be json or text":      {arguments: []string{"--log-format=xml"}, wantError: true},
		"what is no flag at all is refused":      {arguments: []string{"start"}, wantError: true},
		"nobody can be handled by no reconciler": {arguments: []string{"--max-concurrent-reconciles=0"}, wantError: true},
		"a certificate may lie in a Secret":      {arguments: []string{"--webhook-cert-secret=a"}, wantPort: 9443},
		"there is one certificate of webhooks":   {arguments: []string{"--webhook-cert-secret=a", "--webhook-cert-dir=b"}, wantError: true},
		"a Secret has a name":                    {arguments: []string{"--webhook-cert-secret=A_B"}, wantError: true},
		"certificates are kept":                  {arguments: []string{"--manage-certificates", "--facade-certificate-names=fleet.example.com,192.0.2.1,*.example.com"}, wantPort: 9443},
		"a certificate lasts longer than it takes to renew it": {
			arguments: []string{"--manage-certificates", "--certificate-validity=1h"}, wantError: true,
		},
		"an authority outlasts what it signs":    {arguments: []string{"--manage-certificates", "--authority-validity=2160h"}, wantError: true},
		"a name of the facade is a name":         {arguments: []string{"--manage-certificates", "--facade-certificate-names=https://a"}, wantError: true},
		"nobody keeps certificates by any other": {arguments: []string{"--certificate-validity=1h"}, wantPort: 9443},
		"a namespace has a name":                 {arguments: []string{"--system-namespace="}, wantError: true},
	} {
		t.Run(name, func(t *testing.T) {
			flags := flag.NewFlagSet("manager", flag.ContinueOnError)
			flags.SetOutput(io.Discard)
			o, err := parse(flags, tc.arguments)
			if (err != nil) != tc.wantError {
				t.Fatalf("error = %v, want one: %t", err, tc.wantError)
			}
			if err == nil && o.webhookPort != tc.wantPort {
				t.Errorf("webhook port = %d, want %d", o.webhookPort, tc.wantPort)
			}
		})
	}
}
