package kubelet

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestEgressLeadsToPods(t *testing.T) {
	egress, err := NewEgress()
	if err != nil {
		t.Fatal(err)
	}
	go egress.Serve(t.Context())
	t.Cleanup(func() {
		if err := egress.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(egress.dir); err == nil {
			t.Error("the folder of the socket is still there")
		}
	})
	pod, err := address{254, 9}.listen(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pod.Close() })
	go func() {
		connection, err := pod.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		text, _ := io.ReadAll(connection) // what is missing is missed below
		fmt.Fprint(connection, "you said "+string(text))
	}()
	_, port, err := net.SplitHostPort(pod.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	connection, answer := dial(t, egress, "10.244.254.9:"+port)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the proxy answers %s", answer.Status)
	}
	fmt.Fprint(connection, "hello")
	if err := connection.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(connection); err != nil || string(text) != "you said hello" {
		t.Errorf("the pod answers %q, %v", text, err)
	}

	for _, elsewhere := range []string{"127.0.0.1:" + port, "10.96.0.1:443"} {
		_, answer := dial(t, egress, elsewhere)
		text, err := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusBadGateway || err != nil || !strings.Contains(string(text), "10.244.0.0/16") {
			t.Errorf("the way to %s is answered with %s: %s, %v", elsewhere, answer.Status, text, err)
		}
	}
}

// dial asks the proxy for a connection.
func dial(t *testing.T, egress *Egress, host string) (*net.UnixConn, *http.Response) {
	t.Helper()
	connection, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: egress.listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	fmt.Fprintf(connection, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", host, host)
	answer, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: http.MethodConnect})
	if err != nil {
		t.Fatal(err)
	}
	return connection, answer
}
