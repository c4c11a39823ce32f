package iaas

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// expandCurl makes the request of a command: what the command's shell and curl would make of it. The token is that of the identity.
func expandCurl(_ *suite.Performance, s suite.Step) (suite.Step, error) {
	command := s.Text("curl")
	if command == "" {
		return s, nil
	}
	r, err := requestOf(command)
	if err != nil {
		return s, err
	}
	s.Do = r.method + " " + r.url
	s.Header = map[string]yaml.Node{}
	for name, value := range r.header {
		s.Header[name] = yaml.Node{Kind: yaml.ScalarNode, Value: value}
	}
	if r.body != "" {
		s.Plain = &r.body
	}
	return s, nil
}

// curlRequest is what a command sends.
type curlRequest struct {
	method, url, body string
	header            map[string]string
}

// requestOf reads a command of curl with the options that the published reference uses.
func requestOf(command string) (curlRequest, error) {
	r := curlRequest{method: http.MethodGet, header: map[string]string{}}
	words := wordsOf(command)
	authorized := false
	for i := 1; i < len(words); i++ {
		option := words[i]
		if !strings.HasPrefix(option, "-") {
			r.url = option
			continue
		}
		if i++; i == len(words) {
			return r, fmt.Errorf("%s wants a value: %s", option, command)
		}
		switch option {
		case "-X":
			r.method = words[i]
		case "-d":
			r.body = words[i]
		case "-H":
			name, value, _ := strings.Cut(words[i], ": ")
			if name == "Authorization" {
				authorized = value == "Bearer ${JWT_TOKEN}"
				continue
			}
			r.header[name] = value
		default:
			return r, fmt.Errorf("unknown option %s: %s", option, command)
		}
	}
	if words[0] != "curl" || !authorized || !strings.HasPrefix(r.url, root+"/") {
		return r, fmt.Errorf("no command of curl with a token and a path below %s: %s", root, command)
	}
	return r, nil
}

// wordsOf splits a command as a shell does. API_BASE_URL is the path, since the host is that of the server under test; others stay
// references, which may be variables of the case.
func wordsOf(command string) []string {
	var words []string
	var word strings.Builder
	quote, begun := rune(0), false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	command = strings.ReplaceAll(command, "\\\n", " ")
	command = os.Expand(command, func(name string) string {
		if name == "API_BASE_URL" {
			return root
		}
		return "${" + name + "}"
	})
	for _, c := range command {
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, begun = c, true
		case quote == 0 && (c == ' ' || c == '\n'):
			end()
		default:
			begun = true
			word.WriteRune(c)
		}
	}
	end()
	return words
}

func TestRequestOf(t *testing.T) {
	got, err := requestOf("curl -X POST \\\n-H \"Authorization: Bearer $JWT_TOKEN\" \\\n-H 'A: b c' -d '{\"a\": \"b\"}' \"${API_BASE_URL}/x\"\n")
	want := curlRequest{method: "POST", url: "/api/x", body: `{"a": "b"}`, header: map[string]string{"A": "b c"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(curlRequest{})); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, command := range []string{
		`curl "${API_BASE_URL}/x"`, `curl -H "Authorization: Bearer $JWT_TOKEN" http://elsewhere`, `wget -k x`, `curl -H`,
	} {
		if got, err := requestOf(command); err == nil {
			t.Errorf("%s is read as %+v", command, got)
		}
	}
}
