package clients

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"
)

// Seconds that an SDK waits for an add-on to get somewhere.
const patience = 180

// What the catalogue of the local environment has.
const (
	template     = "npd"
	older, newer = "1.13.5", "1.14.0"
)

// project is what SDKs send as X-Project-Id: the id of a project of their cloud, which means nothing here.
const project = "0123456789abcdef0123456789abcdef"

// variable returns a variable of the environment's env file.
func variable(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: start a local environment (make up) and source its env file", name)
	}
	return value
}

// endpoint is where clients find the facade: by a name, because the ids of clusters become its first label.
func endpoint(t testing.TB) string {
	t.Helper()
	facade, err := url.Parse(variable(t, "SLIPWAY_URL"))
	if err != nil {
		t.Fatal(err)
	}
	return "https://localhost:" + facade.Port()
}

// transport trusts the environment's authority, and finds every name on this machine: what DNS does elsewhere.
func transport(t testing.TB) *http.Transport {
	t.Helper()
	authority, err := os.ReadFile(variable(t, "SLIPWAY_CA"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		t.Fatal("SLIPWAY_CA names no certificate")
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	made := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			return dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
		},
	}
	t.Cleanup(made.CloseIdleConnections)
	return made
}

// check fails the test if what an SDK decoded is not what was wanted.
func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
