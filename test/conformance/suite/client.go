package suite

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

// Identity is who asks.
type Identity struct {
	// By is how the server shows the identity as an author; empty where nobody knows.
	By string
	// Header are headers of all its requests.
	Header http.Header

	client *http.Client
	// url is where the identity finds the server, if not at the server's own address, and rewrite turns a path into one there.
	url     string
	rewrite func(path string) string
}

// Request is a request as it goes out.
type Request struct {
	Method string
	// Target is path and query.
	Target string
	Header http.Header
	Body   []byte
}

// Path is the path of the request without its query.
func (r Request) Path() string {
	path, _, _ := strings.Cut(r.Target, "?")
	return path
}

// Answer is what came back.
type Answer struct {
	Request Request
	Status  int
	Header  http.Header
	Raw     []byte
	// Body is the JSON value, where the answer is one.
	Body any
	// Sent and Received are the moments around the request, by this machine's clock.
	Sent, Received time.Time
	// Stream is the body of an answer that is still coming.
	Stream io.ReadCloser
}

func (a *Answer) String() string {
	text := string(a.Raw)
	if len(text) > 3000 {
		text = text[:3000] + "…"
	}
	sent := string(a.Request.Body)
	if len(sent) > 500 {
		sent = sent[:500] + "…"
	}
	return fmt.Sprintf("%s %s %s\n→ %d %v\n%s", a.Request.Method, a.Request.Target, sent, a.Status, a.Header, text)
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

func (s *server) bearer(token, by string) *Identity {
	return &Identity{By: by, Header: http.Header{"Authorization": {"Bearer " + token}}, client: s.plain}
}

// aggregated is the administrator of Kubernetes, who asks through the kube-apiserver and names the tenant in a header.
func aggregated(config *rest.Config, namespace string, dialect Dialect) (*Identity, error) {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	return &Identity{
		Header: http.Header{"X-Project-Id": {namespace}}, client: client, url: config.Host,
		rewrite: func(path string) string {
			return "/apis/rest.slipway.dev/v1alpha1/" + dialect.Name + strings.TrimPrefix(path, dialect.Root)
		},
	}, nil
}

// Send sends a request. With stream the body of an answer of 200 is not read.
func (w *World) Send(ctx context.Context, who *Identity, r Request, stream bool) (*Answer, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	url := w.server.url + r.Target
	if who.rewrite != nil {
		url = who.url + who.rewrite(r.Target)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, url, body)
	if err != nil {
		return nil, err
	}
	for name, values := range who.Header {
		out.Header[name] = values
	}
	for name, values := range r.Header {
		out.Header[name] = values
	}
	if host := r.Header.Get("Host"); host != "" {
		out.Host = host
	}
	a := &Answer{Request: r, Sent: time.Now()}
	response, err := who.client.Do(out)
	if err != nil {
		return nil, err
	}
	a.Status, a.Header = response.StatusCode, response.Header
	if stream && response.StatusCode == http.StatusOK {
		a.Stream = response.Body
		return a, nil
	}
	defer response.Body.Close()
	if a.Raw, err = io.ReadAll(response.Body); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	a.Received = time.Now()
	if strings.Contains(a.Header.Get("Content-Type"), "json") && json.Valid(a.Raw) {
		if a.Body, err = ParseJSON(a.Raw); err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
	}
	return a, nil
}
