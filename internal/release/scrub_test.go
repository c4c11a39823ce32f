package release

import (
	"strings"
	"testing"
)

func TestScrub(t *testing.T) {
	for name, test := range map[string]struct {
		in      string
		secrets []string
		want    string
	}{
		"words stay":       {in: "Helm install failed for release a/b with chart c@1.0.0: timed out", want: "Helm install failed for release a/b with chart c@1.0.0: timed out"},
		"lines become one": {in: "a:\n\t* b\n", want: "a: * b"},
		"what an API server refuses": {
			in:   `env[0].value: Invalid value: "hunt\"er22": must be short`,
			want: `env[0].value: Invalid value: (hidden): must be short`,
		},
		"an object that an API server refuses": {
			in: `spec: Invalid value: {"password":"hunter22"}: no`, want: `spec: Invalid value: (hidden)`,
		},
		"what a chart's schema refuses": {
			in: "at '/auth/password': 'hunter22' does not match pattern '^x'", want: "at '/auth/password': (hidden) does not match pattern '^x'",
		},
		"data": {
			in: "cannot decode " + strings.Repeat("QUJD", 20) + "==: no", want: "cannot decode (hidden): no",
		},
		"digests stay": {
			in: "no such image a@sha256:" + strings.Repeat("ab", 32), want: "no such image a@sha256:" + strings.Repeat("ab", 32),
		},
		"known secrets go wherever they stand": {in: "fail: my s3cret! here", secrets: []string{"s3cret!"}, want: "fail: my (hidden) here"},
		"short secrets are not looked for":     {in: "1 of 1", secrets: []string{"1"}, want: "1 of 1"},
		"credentials in an address":            {in: "GET https://me:pw@example.com/x failed", want: "GET https://(hidden)@example.com/x failed"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Scrub(test.in, test.secrets...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := Scrub(strings.Repeat("long ", 1000)); len([]rune(got)) != maxMessage {
		t.Errorf("a long message has %d characters", len([]rune(got)))
	}
}

func FuzzScrub(f *testing.F) {
	f.Add(`Invalid value: "`, "abcd")
	f.Add("x: 'a\\' does not match", "")
	f.Fuzz(func(t *testing.T, message, secret string) {
		got := Scrub(message, secret)
		if len([]rune(got)) > maxMessage || strings.ContainsAny(got, "\n\t") {
			t.Errorf("%q gives %q", message, got)
		}
	})
}
