//go:build e2e

package hyperfleet

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
)

// identity is who asks.
type identity struct {
	// by is how the server shows the identity as an author; empty where nobody knows.
	by     string
	header http.Header
	client *http.Client
	// url is where the identity finds the server, if not at the server's own address, and rewrite turns a path into one there.
	url     string
	rewrite func(path string) string
}

// server is the server under test.
type server struct {
	url   string
	roots *x509.CertPool
	plain *http.Client
}

func newServer(t *testing.T, url, caFile string) *server {
	t.Helper()
	s := &server{url: strings.TrimRight(url, "/")}
	if caFile != "" {
		pem, err := os.ReadFile(caFile)
		if err != nil {
			t.Fatal(err)
		}
		s.roots = x509.NewCertPool()
		if !s.roots.AppendCertsFromPEM(pem) {
			t.Fatalf("%s holds no certificate", caFile)
		}
	}
	s.plain = s.client()
	return s
}

// client makes a client that follows nothing, unpacks nothing, and shows the certificates, if any.
func (s *server) client(certificates ...tls.Certificate) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: s.roots, Certificates: certificates, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:   true,
			DisableCompression:  true,
			MaxIdleConnsPerHost: 32,
			Proxy:               http.ProxyFromEnvironment,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (s *server) bearer(token, by string) *identity {
	return &identity{by: by, header: http.Header{"Authorization": {"Bearer " + token}}, client: s.plain}
}

func (s *server) certified(certificate tls.Certificate, namespace, by string) *identity {
	return &identity{by: by, header: http.Header{"X-Project-Id": {namespace}}, client: s.client(certificate)}
}

// aggregated is the administrator of Kubernetes, who asks through the kube-apiserver and names the tenant in a header.
func aggregated(config *rest.Config, namespace string) (*identity, error) {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	return &identity{
		header: http.Header{"X-Project-Id": {namespace}}, client: client, url: config.Host,
		rewrite: func(path string) string {
			return "/apis/rest.slipway.dev/v1alpha1/hyperfleet" + strings.TrimPrefix(path, root)
		},
	}, nil
}

// request is a request as it goes out.
type request struct {
	method, target string
	header         http.Header
	body           []byte
}

// answer is what came back.
type answer struct {
	request request
	status  int
	header  http.Header
	raw     []byte
	// body is the JSON value, where the answer is one.
	body any
	// sent and received are the moments around the request, by this machine's clock.
	sent, received time.Time
	// stream is the body of an answer that is still coming.
	stream io.ReadCloser
}

// send sends a request. With stream the body is not read.
func (s *server) send(ctx context.Context, who *identity, r request, stream bool) (*answer, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	url := s.url + r.target
	if who.rewrite != nil {
		url = who.url + who.rewrite(r.target)
	}
	out, err := http.NewRequestWithContext(ctx, r.method, url, body)
	if err != nil {
		return nil, err
	}
	for name, values := range who.header {
		out.Header[name] = values
	}
	for name, values := range r.header {
		out.Header[name] = values
	}
	a := &answer{request: r, sent: time.Now()}
	response, err := who.client.Do(out)
	if err != nil {
		return nil, err
	}
	a.status, a.header = response.StatusCode, response.Header
	if stream && response.StatusCode == http.StatusOK {
		a.stream = response.Body
		return a, nil
	}
	defer response.Body.Close()
	if a.raw, err = io.ReadAll(response.Body); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	a.received = time.Now()
	if strings.Contains(a.header.Get("Content-Type"), "json") && json.Valid(a.raw) {
		if a.body, err = parseJSON(a.raw); err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
	}
	return a, nil
}

// path is the path of the request without its query.
func (r request) path() string {
	path, _, _ := strings.Cut(r.target, "?")
	return path
}

func (a *answer) String() string {
	text := string(a.raw)
	if len(text) > 3000 {
		text = text[:3000] + "…"
	}
	sent := string(a.request.body)
	if len(sent) > 500 {
		sent = sent[:500] + "…"
	}
	return fmt.Sprintf("%s %s %s\n→ %d %v\n%s", a.request.method, a.request.target, sent, a.status, a.header, text)
}
