package apiserver

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/requestinfo"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Server is the facade: the generic server with the dialects on it, and what feeds their index.
type Server struct {
	generic *genericapiserver.GenericAPIServer
	config  *genericapiserver.Config
	backend *backend
	plain   *plainHTTP
	tracing tracing.Provider
	// ending ends when no more requests are taken; end ends it.
	ending context.Context
	end    context.CancelFunc
}

// New builds the server. Nothing runs yet, but the ports are open.
func (c *Config) New(ctx context.Context) (*Server, error) {
	s := &Server{config: c.Generic, tracing: c.Tracing}
	s.ending, s.end = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if s.backend, err = c.newBackend(); err != nil {
		return nil, err
	}
	dialects, err := c.Dialects(s.backend.hub)
	if err != nil {
		return nil, fmt.Errorf("making the dialects: %w", err)
	}
	if dialects, err = chosen(dialects, c.Speaks); err != nil {
		return nil, err
	}
	front, err := facade.New(clock.RealClock{}, dialects...)
	if err != nil {
		return nil, fmt.Errorf("mounting the dialects: %w", err)
	}
	c.identify(s.backend)
	c.Generic.BuildHandlerChainFunc = func(handler http.Handler, generic *genericapiserver.Config) http.Handler {
		handler = filters{ending: s.ending, synced: s.backend.synced, traced: c.Tracing.On()}.chain(handler, generic)
		return withConnectionDeadline(front.Wrap(handler), generic.RequestTimeout)
	}
	s.generic, err = c.Generic.Complete(c.Informers).New(serverName, genericapiserver.NewEmptyDelegate())
	if err != nil {
		return nil, fmt.Errorf("building the server: %w", err)
	}
	installGroup(s.generic)
	mount(s.generic, front)
	if err := addProbes(s.generic, s.backend); err != nil {
		return nil, err
	}
	if c.PlainHTTPAddress != "" {
		if s.plain, err = listenPlain(ctx, c.PlainHTTPAddress, s.generic.Handler); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// chosen leaves of the dialects those that are named; all if none is.
func chosen(dialects []facade.Dialect, names []string) ([]facade.Dialect, error) {
	if len(names) == 0 {
		return dialects, nil
	}
	var kept []facade.Dialect
	known := make([]string, 0, len(dialects))
	for _, dialect := range dialects {
		known = append(known, dialect.Name())
		if slices.Contains(names, dialect.Name()) {
			kept = append(kept, dialect)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("--dialects: there is no dialect %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return kept, nil
}

// identify completes what Kubernetes knows of a request and of who sends it by what the facade knows.
func (c *Config) identify(b *backend) {
	generic := c.Generic
	generic.RequestInfoResolver = requestinfo.Resolver{Default: genericapiserver.NewRequestInfoResolver(generic)}
	generic.Authentication.Authenticator = tenancy.NewAuthenticator(tenancy.Options{
		Delegate: generic.Authentication.Authenticator, FrontProxy: generic.Authentication.RequestHeaderConfig,
		DefaultNamespace: c.DefaultNamespace, Names: names{b.index}, Accounts: b.accounts, Keys: b.accessKeys(),
		Rights: generic.Authorization.Authorizer, Clock: clock.RealClock{},
	})
	generic.Authorization.Authorizer = tenancy.Authorizer{Authorizer: generic.Authorization.Authorizer}
}

// mount serves the dialects, each at the path that its own clients know and below the group's.
func mount(server *genericapiserver.GenericAPIServer, front *facade.Facade) {
	mux, handler := server.Handler.NonGoRestfulMux, http.HandlerFunc(front.Serve)
	for _, path := range front.Exact() {
		mux.Handle(path, handler)
	}
	for _, prefix := range front.Prefixes() {
		mux.Handle(prefix, handler)
		mux.HandlePrefix(prefix+"/", handler)
	}
}

// Run serves until the context ends, then as long as Options.ShutdownDelay says, then until the requests in flight are
// answered. The index is fed to the end.
func (s *Server) Run(ctx context.Context) error {
	defer tracing.Close(ctx, s.tracing)
	prepared := s.generic.PrepareRun()
	if err := documentGroup(s.generic, s.config); err != nil {
		return err
	}
	feeding, stopFeeding := context.WithCancel(context.WithoutCancel(ctx))
	defer stopFeeding()
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := s.backend.run(feeding); err != nil {
			return fmt.Errorf("feeding the index: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		defer stopFeeding()
		if err := prepared.RunWithContext(running); err != nil {
			return fmt.Errorf("serving: %w", err)
		}
		return nil
	})
	if s.plain != nil {
		group.Go(func() error { return s.plain.run(s.ending) })
	}
	group.Go(func() error {
		s.endAfter(running, s.config.ShutdownDelayDuration)
		return nil
	})
	return group.Wait()
}

// endAfter ends what does not end by itself, some time after a context has ended.
func (s *Server) endAfter(ctx context.Context, delay time.Duration) {
	<-ctx.Done()
	<-clock.RealClock{}.After(delay)
	s.end()
}
