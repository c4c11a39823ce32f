package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"k8s.io/klog/v2"
)

// headerTimeout is how long a client may take to send its headers.
const headerTimeout = 32 * time.Second

// plainHTTP serves a handler without TLS on a loopback address.
type plainHTTP struct {
	listener net.Listener
	server   *http.Server
}

// listenPlain opens the port. Options.Validate has made sure that others cannot reach it.
func listenPlain(ctx context.Context, address string, handler http.Handler) (*plainHTTP, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening the port for plain HTTP: %w", err)
	}
	return &plainHTTP{listener: listener, server: &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: 90 * time.Second, MaxHeaderBytes: 1 << 20,
	}}, nil
}

// run serves until the context ends.
func (p *plainHTTP) run(ctx context.Context) error {
	klog.FromContext(ctx).Info("Serving plain HTTP, for this machine only", "address", p.listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- p.server.Serve(p.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving plain HTTP: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), headerTimeout)
	defer cancel()
	if err := p.server.Shutdown(stopping); err != nil {
		return errors.Join(fmt.Errorf("ending plain HTTP: %w", err), p.server.Close())
	}
	return nil
}
