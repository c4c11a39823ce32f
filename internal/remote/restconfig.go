package remote

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"k8s.io/client-go/rest"
)

const (
	// requestTimeout bounds each request, so that a tenant that does not answer holds nobody up. It also ends watches,
	// which is why nobody watches a tenant through this package.
	requestTimeout = 15 * time.Second
	// maxAnswer bounds what is read of one answer, so that a tenant cannot fill the memory of the one who asks.
	maxAnswer = 128 << 20

	// unlimited leaves it to the server to say how much is too much. Those who ask are few: the workers of the controllers.
	unlimited = -1
)

// ErrRedirect tells that a server answered with a redirect. None is followed: it would carry the request to a place that the
// kubeconfig does not name.
var ErrRedirect = errors.New("the server answers with a redirect")

var errAnswerTooLong = errors.New("the server's answer is too long")

// RESTConfig returns a configuration for clients: bounded in time and length of answers, without a proxy from the
// environment, and without redirects.
func (k *Kubeconfig) RESTConfig() *rest.Config { return k.restConfig(maxAnswer) }

func (k *Kubeconfig) restConfig(longest int64) *rest.Config {
	return &rest.Config{
		Host:        k.server,
		BearerToken: k.token,
		TLSClientConfig: rest.TLSClientConfig{
			ServerName: k.serverName,
			CAData:     append([]byte(nil), k.caData...),
			CertData:   append([]byte(nil), k.certData...),
			KeyData:    append([]byte(nil), k.keyData...),
		},
		UserAgent:     "slipway",
		Timeout:       requestTimeout,
		QPS:           unlimited,
		Proxy:         func(*http.Request) (*url.URL, error) { return nil, nil },
		WrapTransport: func(next http.RoundTripper) http.RoundTripper { return &guard{next: next, longest: longest} },
	}
}

// guard refuses redirects and answers without end.
type guard struct {
	next    http.RoundTripper
	longest int64
}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := g.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if location := response.Header.Get("Location"); location != "" && response.StatusCode >= 300 && response.StatusCode < 400 {
		_ = response.Body.Close() // nothing of it is used
		return nil, fmt.Errorf("%w (status %d)", ErrRedirect, response.StatusCode)
	}
	if response.Body != nil {
		response.Body = &boundedBody{ReadCloser: response.Body, left: g.longest}
	}
	return response, nil
}

// WrappedRoundTripper lets client-go find the transport below.
func (g *guard) WrappedRoundTripper() http.RoundTripper { return g.next }

type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errAnswerTooLong
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	return n, err
}
