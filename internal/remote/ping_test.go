package remote_test

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/remote"
)

func kubeconfigOf(t *testing.T, server *httptest.Server, token string) *remote.Kubeconfig {
	t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	k, err := remote.Parse([]byte("current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: '" +
		server.URL + "', certificate-authority-data: " + base64.StdEncoding.EncodeToString(ca) + "}}]\nusers: [{name: u, user: {token: " + token + "}}]"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestPing(t *testing.T) {
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	cases := map[string]struct {
		handler http.HandlerFunc
		version string
		err     error
		text    string
	}{
		"an API server answers":               {handler: answer(200, `{"gitVersion": "v1.37.1"}`), version: "v1.37.1"},
		"credentials are not accepted":        {handler: answer(401, `{}`), err: remote.ErrUnauthorized, text: "the cluster does not accept the credentials of the kubeconfig (it answers with status 401)"},
		"credentials have no rights":          {handler: answer(403, `{}`), err: remote.ErrUnauthorized, text: "the cluster does not accept the credentials of the kubeconfig (it answers with status 403)"},
		"the server is broken":                {handler: answer(500, `{}`), err: remote.ErrUnreachable, text: "the cluster does not answer: it answers with status 500"},
		"it is a web site":                    {handler: answer(200, `<html>`), err: remote.ErrUnreachable, text: "the cluster does not answer: /version is not that of an API server"},
		"it is another API":                   {handler: answer(200, `{}`), err: remote.ErrUnreachable, text: "the cluster does not answer: /version is not that of an API server"},
		"it redirects":                        {handler: http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, err: remote.ErrUnreachable, text: "the cluster does not answer: the server answers with a redirect, which is not followed"},
		"it closes the connection unanswered": {handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, err: remote.ErrUnreachable, text: "the cluster does not answer: the connection was closed"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewTLSServer(test.handler)
			defer server.Close()
			version, err := remote.Ping(context.Background(), kubeconfigOf(t, server, "t"))
			if version != test.version || !errors.Is(err, test.err) {
				t.Fatalf("Ping = %q, %v; want %q, %v", version, err, test.version, test.err)
			}
			if err != nil && err.Error() != test.text {
				t.Errorf("the error is %q, want %q", err, test.text)
			}
		})
	}
}

func TestPingOfAServerThatIsGone(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	k := kubeconfigOf(t, server, "t")
	server.Close()
	_, err := remote.Ping(context.Background(), k)
	if want := "the cluster does not answer: connection refused"; !errors.Is(err, remote.ErrUnreachable) || err.Error() != want {
		t.Errorf("Ping = %v, want %q", err, want)
	}
}

func TestPingDoesNotTrustAnotherAuthority(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	k, err := remote.Parse([]byte("current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: '" +
		server.URL + "'}}]\nusers: [{name: u, user: {token: t}}]"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = remote.Ping(context.Background(), k)
	if want := "the cluster does not answer: its certificate is not signed by the authority in certificate-authority-data"; err == nil || err.Error() != want {
		t.Errorf("Ping = %v, want %q", err, want)
	}
}

func TestRequestsIgnoreTheProxyOfTheEnvironment(t *testing.T) {
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	if url, err := kubeconfigOf(t, httptest.NewTLSServer(http.NotFoundHandler()), "t").RESTConfig().Proxy(&http.Request{}); url != nil || err != nil {
		t.Errorf("Proxy = %v, %v; want none", url, err)
	}
	if asked.Load() > 0 {
		t.Error("the proxy was asked")
	}
}

func TestClientsAreKeptByChecksum(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Header.Get("Authorization"), http.StatusUnauthorized)
	}))
	defer server.Close()
	clients := remote.NewClients(scheme.Scheme, 2)
	get := func(token string) client.Client {
		c, err := clients.Get(kubeconfigOf(t, server, token))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, b := get("a"), get("b")
	if get("a") != a || get("b") != b || a == b {
		t.Fatal("equal kubeconfigs do not share a client, or different ones do")
	}
	get("a")
	get("c") // b was used least recently
	if clients.Len() != 2 || get("a") != a {
		t.Errorf("%d clients are held, want 2 with the one of a", clients.Len())
	}
	if get("b") == b {
		t.Error("the least recently used client was not given up")
	}
	clients.Drop(kubeconfigOf(t, server, "a").Checksum())
	clients.Drop("unknown")
	if get("a") == a {
		t.Error("a dropped client is still given out")
	}
	err := remote.Classify(a.List(context.Background(), &corev1.NodeList{}))
	if !errors.Is(err, remote.ErrUnauthorized) {
		t.Errorf("listing with a refused token = %v, want ErrUnauthorized", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"kind":"APIGroupList","apiVersion":"v1","groups":[` + strings.Repeat(" ", 4096) + `]}`))
	}))
	defer server.Close()
	for bytes, refused := range map[int64]bool{1024: true, 1 << 20: false} {
		c, err := remote.NewClients(scheme.Scheme, 1).Bounded(bytes).Get(kubeconfigOf(t, server, "a"))
		if err != nil {
			t.Fatal(err)
		}
		err = c.Get(context.Background(), client.ObjectKey{Name: "a"}, &corev1.Node{})
		if got := errors.Is(remote.Classify(err), remote.ErrUnreachable) && strings.Contains(remote.Classify(err).Error(), "too long"); got != refused {
			t.Errorf("with at most %d bytes: %v", bytes, err)
		}
	}
}
