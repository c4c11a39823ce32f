package apiserver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/slipway-dev/slipway/internal/facade"
)

// Server is the facade: the generic server with the dialects on it, and what feeds their index.
type Server struct {
	generic *genericapiserver.GenericAPIServer
	config  *genericapiserver.Config
	cache   cache.Cache
	plain   *plainHTTP
	// ending ends when no more requests are taken; end ends it.
	ending context.Context
	end    context.CancelFunc
}

// New builds the server. Nothing runs yet, but the ports are open.
func (c *Config) New(ctx context.Context) (*Server, error) {
	s := &Server{config: c.Generic}
	s.ending, s.end = context.WithCancel(context.WithoutCancel(ctx))
	backend, err := c.newBackend(ctx)
	if err != nil {
		return nil, err
	}
	s.cache = backend.cache
	dialects, err := c.Dialects(backend.hub)
	if err != nil {
		return nil, fmt.Errorf("making the dialects: %w", err)
	}
	c.Generic.BuildHandlerChainFunc = func(handler http.Handler, generic *genericapiserver.Config) http.Handler {
		return chain(s.ending, handler, generic)
	}
	s.generic, err = c.Generic.Complete(c.Informers).New("slipway-apiserver", genericapiserver.NewEmptyDelegate())
	if err != nil {
		return nil, fmt.Errorf("building the server: %w", err)
	}
	installGroup(s.generic)
	for _, dialect := range dialects {
		mount(s.generic, dialect)
	}
	if err := addProbes(s.generic, backend); err != nil {
		return nil, err
	}
	if c.PlainHTTPAddress != "" {
		if s.plain, err = listenPlain(ctx, c.PlainHTTPAddress, s.generic.Handler); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// mount serves a dialect at the path that its own clients know and below the group's.
func mount(server *genericapiserver.GenericAPIServer, dialect facade.Dialect) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dialect.Refuse(w, r, facade.Refusal{Status: http.StatusNotFound, Cause: facade.NoRoute})
	})
	mux := server.Handler.NonGoRestfulMux
	for _, base := range []string{dialect.Base(), groupPath + "/" + dialect.Name()} {
		mux.Handle(base, handler)
		mux.HandlePrefix(base+"/", handler)
	}
}

// Run serves until the context ends, then as long as Options.ShutdownDelay says, then until the requests in flight are
// answered. The index is fed to the end.
func (s *Server) Run(ctx context.Context) error {
	prepared := s.generic.PrepareRun()
	if err := documentGroup(s.generic, s.config); err != nil {
		return err
	}
	feeding, stopFeeding := context.WithCancel(context.WithoutCancel(ctx))
	defer stopFeeding()
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := s.cache.Start(feeding); err != nil {
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
