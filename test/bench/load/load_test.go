package load_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/test/bench/load"
)

func serve(t *testing.T, handler http.HandlerFunc) load.Endpoint {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return load.Endpoint{
		Address: server.Listener.Addr().String(), Token: "secret",
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12},
	}
}

func TestConnection(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch r.URL.Path {
		case "/echo":
			fmt.Fprintf(w, "%s %s %s %s %s", r.Method, r.Header.Get("Authorization"), r.Header.Get("Content-Type"), r.Header.Get("X-Extra"), body)
		case "/chunked":
			_, _ = io.WriteString(w, long[:50_000])
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, long[50_000:])
		case "/closes":
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, "bye")
		case "/later":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		}
	})
	c := load.NewConnection(endpoint)
	defer c.Close()
	// All on one connection, in this order: what an exchange leaves behind would spoil the next one.
	for _, tc := range []struct {
		name, method, path string
		body               []byte
		headers            []string
		want               load.Answer
	}{
		{"a body is sent as JSON", "POST", "/echo", []byte("{}"), []string{"X-Extra: e"}, load.Answer{Status: 200, Body: []byte("POST Bearer secret application/json e {}")}},
		{"a type can be chosen", "PATCH", "/echo", []byte("1"), []string{"Content-Type: application/merge-patch+json"},
			load.Answer{Status: 200, Body: []byte("PATCH Bearer secret application/merge-patch+json  1")}},
		{"a chunked answer is put together", "GET", "/chunked", nil, nil, load.Answer{Status: 200, Body: []byte(long)}},
		{"an answer without a body has none", "GET", "/empty", nil, nil, load.Answer{Status: 204, Body: []byte{}}},
		{"a request to come later is understood", "GET", "/later", nil, nil, load.Answer{Status: 503, Body: []byte{}, RetryAfter: 7 * time.Second}},
		{"a connection may end", "GET", "/closes", nil, nil, load.Answer{Status: 200, Body: []byte("bye")}},
		{"and is made anew", "GET", "/echo", nil, nil, load.Answer{Status: 200, Body: []byte("GET Bearer secret   ")}},
	} {
		got, err := c.Do(t.Context(), endpoint.Request(tc.method, tc.path, tc.body, tc.headers...))
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%.500s", tc.name, diff)
		}
	}
}

func TestClosed(t *testing.T) {
	var seen atomic.Int64
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1)%10 == 0 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, r.URL.Path)
	})
	job := load.Job{
		Endpoint: endpoint, Patient: true,
		Make: func(n int) []byte { return endpoint.Request("GET", fmt.Sprint("/", n), nil) },
		Check: func(n int, answer load.Answer) error {
			if want := fmt.Sprint("/", n); string(answer.Body) != want {
				return fmt.Errorf("answered %q to the request of %s", answer.Body, want)
			}
			return nil
		},
	}
	result, err := load.Closed(t.Context(), job, 4, load.Extent{Count: 50, From: 100})
	if err != nil {
		t.Fatal(err)
	}
	if result.Count() != 50 || result.Repeated == 0 || int(seen.Load()) != 50+result.Repeated {
		t.Errorf("%d requests, %d repeated, %d seen", result.Count(), result.Repeated, seen.Load())
	}
	job.Patient = false
	if _, err := load.Closed(t.Context(), job, 4, load.Extent{Count: 50}); err == nil || errors.Is(err, context.Canceled) {
		t.Errorf("a wrong answer must end the load and say so: %v", err)
	}
}

func TestOpen(t *testing.T) {
	endpoint := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(20 * time.Millisecond) })
	job := load.Job{Endpoint: endpoint, Make: func(int) []byte { return endpoint.Request("GET", "/", nil) }}
	result, err := load.Open(t.Context(), job, 200, 1, load.Extent{Duration: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if result.Count() != 20 {
		t.Errorf("%d requests instead of 20", result.Count())
	}
	// One worker needs 400 ms for what is due in 100: the last one waited, and that counts.
	if last := result.Percentile(1); last < 200*time.Millisecond {
		t.Errorf("the waiting of requests that were due is not counted: the slowest took %s", last)
	}
}

func TestStream(t *testing.T) {
	endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 3 {
			fmt.Fprintln(w, i)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	done := errors.New("enough")
	var got []string
	err := load.Stream(t.Context(), endpoint, endpoint.Request("GET", "/", nil), func(line []byte) error {
		if got = append(got, string(line)); len(got) == 3 {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) {
		t.Errorf("the stream ended with %v", err)
	}
	if diff := cmp.Diff([]string{"0\n", "1\n", "2\n"}, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestPercentile(t *testing.T) {
	hundred := load.Result{}
	for i := range 100 {
		hundred.Latencies = append(hundred.Latencies, time.Duration(i+1))
	}
	for name, tc := range map[string]struct {
		result load.Result
		share  float64
		want   time.Duration
	}{
		"none have none":                      {load.Result{}, 0.5, 0},
		"half of a hundred is the fiftieth":   {hundred, 0.5, 50},
		"99 of a hundred is the ninety-ninth": {hundred, 0.99, 99},
		"all is the slowest":                  {hundred, 1, 100},
		"nothing is the fastest":              {hundred, 0, 1},
		"one is all of them":                  {load.Result{Latencies: []time.Duration{7}}, 0.99, 7},
		"joined results are sorted":           {load.Join(load.Result{Latencies: []time.Duration{9}}, load.Result{Latencies: []time.Duration{3}}), 0.5, 3},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.result.Percentile(tc.share); got != tc.want {
				t.Errorf("%d instead of %d", got, tc.want)
			}
		})
	}
}
