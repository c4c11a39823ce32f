//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// hyperfleet is the base path of the HyperFleet dialect.
const hyperfleet = "/api/hyperfleet/v1"

// environment reads the variables that the local environment writes for its users.
func environment() map[string]string {
	GinkgoHelper()
	file, err := os.Open(filepath.Join(hub.stateDir, "env"))
	Expect(err).NotTo(HaveOccurred())
	defer file.Close()
	variables := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, found := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "="); found {
			variables[name] = strings.Trim(value, "'")
		}
	}
	return variables
}

// restClient asks a facade as somebody.
type restClient struct {
	url, token string
	http       *http.Client
}

// newRESTClient makes a client of the facade whose address the variable holds, with connections of its own.
func newRESTClient(variable, token string) *restClient {
	GinkgoHelper()
	variables := environment()
	Expect(variables).To(HaveKey(variable))
	pem, err := os.ReadFile(variables["SLIPWAY_CA"])
	Expect(err).NotTo(HaveOccurred())
	roots := x509.NewCertPool()
	Expect(roots.AppendCertsFromPEM(pem)).To(BeTrue())
	return &restClient{url: variables[variable], token: token, http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		},
	}}
}

// reply is an answer; its body is nil if it is no JSON object.
type reply struct {
	status int
	header http.Header
	raw    []byte
	body   map[string]any
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, r.raw) }

// code is the last part of a problem's code: NTF-001.
func (r reply) code() string {
	code, _ := r.body["code"].(string)
	return strings.TrimPrefix(code, "HYPERFLEET-")
}

// condition returns a condition of a cluster or node pool.
func (r reply) condition(conditionType string) map[string]any {
	status, _ := r.body["status"].(map[string]any)
	list, _ := status["conditions"].([]any)
	for _, item := range list {
		if condition, ok := item.(map[string]any); ok && condition["type"] == conditionType {
			return condition
		}
	}
	return nil
}

// generation is that of a cluster or node pool.
func (r reply) generation() int {
	generation, _ := r.body["generation"].(float64)
	return int(generation)
}

// send sends a request with a JSON body, if any, and further headers.
func (c *restClient) send(ctx context.Context, method, path string, body any, header http.Header) (reply, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return reply{}, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, content)
	if err != nil {
		return reply{}, err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		request.Header[name] = values
	}
	return c.read(request)
}

// read sends a request and reads the answer.
func (c *restClient) read(request *http.Request) (reply, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	answer := reply{status: response.StatusCode, header: response.Header}
	if answer.raw, err = io.ReadAll(response.Body); err != nil {
		return reply{}, err
	}
	if json.Unmarshal(answer.raw, &answer.body) != nil {
		answer.body = nil
	}
	return answer, nil
}

// must is send for requests that are answered.
func (c *restClient) must(ctx context.Context, method, path string, body any) reply {
	GinkgoHelper()
	answer, err := c.send(ctx, method, path, body, nil)
	Expect(err).NotTo(HaveOccurred(), "%s %s", method, path)
	return answer
}

// observation is the body of a report.
func observation(adapter string, generation int, at time.Time, available, finalized string) map[string]any {
	condition := func(name, status string) map[string]any {
		return map[string]any{"type": name, "status": status, "reason": "Looked", "message": "as seen"}
	}
	conditions := []any{condition("Available", available), condition("Applied", "True"), condition("Health", "True")}
	if finalized != "" {
		conditions = append(conditions, condition("Finalized", finalized))
	}
	return map[string]any{
		"adapter": adapter, "observed_generation": generation, "observed_time": at.UTC().Format(time.RFC3339Nano), "conditions": conditions,
	}
}
