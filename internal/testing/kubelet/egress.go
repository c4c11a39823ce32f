package kubelet

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// egressConfig sends what kube-apiserver has to say to the cluster (webhooks, aggregated servers, kubelets) to a proxy.
const egressConfig = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
  - name: cluster
    connection:
      proxyProtocol: HTTPConnect
      transport:
        uds:
          udsName: %s
`

// Egress is the proxy by which kube-apiserver reaches pods: it turns their addresses into those on which they listen. It is
// made before the control plane, because that is told of it.
type Egress struct {
	dir      string
	listener net.Listener
}

// NewEgress listens on a socket in a folder of its own. Serve must be called, and Close at the end.
func NewEgress() (*Egress, error) {
	// Not among the other state: the path of a socket is a hundred characters at most.
	dir, err := os.MkdirTemp("", "slipway-egress-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the egress proxy: %w", err)
	}
	socket := filepath.Join(dir, "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("listening for kube-apiserver: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "egress.yaml"), fmt.Appendf(nil, egressConfig, socket), 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration of the egress: %w", err)
	}
	return &Egress{dir: dir, listener: listener}, nil
}

// Arguments are the flags that kube-apiserver needs. It looks for the endpoints of a Service itself.
func (e *Egress) Arguments() []string {
	return []string{"--egress-selector-config-file=" + filepath.Join(e.dir, "egress.yaml"), "--enable-aggregator-routing=true"}
}

// Close ends the proxy.
func (e *Egress) Close() error {
	_ = e.listener.Close() // what remains to be said is that the folder is gone
	return os.RemoveAll(e.dir)
}

// Serve takes connections until Close.
func (e *Egress) Serve(ctx context.Context) {
	for {
		connection, err := e.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			proxy(ctx, connection)
		}()
	}
}

// proxy answers one CONNECT.
func proxy(ctx context.Context, client net.Conn) {
	reader := bufio.NewReader(client)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	server, err := connect(ctx, request)
	if err != nil {
		text := err.Error()
		fmt.Fprintf(client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		return
	}
	defer server.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	pipe(client, reader, server)
}

func connect(ctx context.Context, request *http.Request) (net.Conn, error) {
	if request.Method != http.MethodConnect {
		return nil, fmt.Errorf("%s is not CONNECT", request.Method)
	}
	local, err := localOf(request.Host)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", local)
}

// pipe copies both ways until both sides have said all, or one breaks.
func pipe(client net.Conn, fromClient io.Reader, server net.Conn) {
	var both errgroup.Group
	carry := func(to net.Conn, from io.Reader) func() error {
		return func() error {
			_, err := io.Copy(to, from)
			if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
				return half.CloseWrite()
			}
			return to.Close()
		}
	}
	both.Go(carry(server, fromClient))
	both.Go(carry(client, server))
	_ = both.Wait() // a broken connection is what both ends see for themselves
}
