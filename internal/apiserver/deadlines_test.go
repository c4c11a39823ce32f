package apiserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"k8s.io/apiserver/pkg/endpoints/request"
)

// A handler that answers without reading the body leaves the rest to the server, which would wait for it for ever.
func TestSlowClientsAreCutOff(t *testing.T) {
	for name, tc := range map[string]struct {
		// send is what the client does; what the server does after that is to close the connection.
		send string
		// body is the length of the answer.
		body int
	}{
		"a body that does not come ends the connection": {send: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"},
		"an answer that nobody takes ends the connection": {
			send: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", body: 64 << 20,
		},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, err := io.Copy(w, io.LimitReader(zeros{}, int64(tc.body)))
				ended <- err
			})
			server := serveWithDeadline(t, handler, 100*time.Millisecond)
			connection, err := net.Dial("tcp", server)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			fmt.Fprint(connection, tc.send)
			if err := <-ended; (err != nil) != (tc.body > 0) {
				t.Errorf("writing the answer: %v", err)
			}
			stays := time.AfterFunc(patience, func() { connection.Close() })
			_, _ = io.Copy(io.Discard, connection) // in whichever way it ends
			if !stays.Stop() {
				t.Error("the connection stays")
			}
		})
	}
}

func TestStreamsOutliveTheDeadline(t *testing.T) {
	goOn := make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/stream") {
			<-goOn
		}
		fmt.Fprintln(w, "done")
	})
	const deadline = 50 * time.Millisecond
	connection, err := net.Dial("tcp", serveWithDeadline(t, handler, deadline))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	// The connection is used before, so that a deadline is set that must not count.
	for _, path := range []string{"/short", "/stream"} {
		fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path)
		if path == "/stream" {
			time.AfterFunc(4*deadline, func() { close(goOn) })
		}
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != "done\n" {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
}

// serveWithDeadline serves a handler; paths that begin with /stream are streams.
func serveWithDeadline(t *testing.T, handler http.Handler, deadline time.Duration) string {
	t.Helper()
	isStream := func(r *http.Request, _ *request.RequestInfo) bool { return strings.HasPrefix(r.URL.Path, "/stream") }
	streams := withStreamEnd(context.Background(), handler, isStream)
	server := httptest.NewServer(withConnectionDeadline(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		streams.ServeHTTP(w, r.WithContext(request.WithRequestInfo(r.Context(), &request.RequestInfo{})))
	}), deadline))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// zeros is endless.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
