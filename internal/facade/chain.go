package facade

import (
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apiserver/pkg/endpoints/responsewriter"
	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/tracing"
)

// HeaderRequestID is the header that carries the id of a request, both ways.
const HeaderRequestID = "X-Request-Id"

// Facade is all dialects on one server.
type Facade struct {
	*Router
	clock clock.PassiveClock
}

// New makes a facade of the dialects and registers its metrics. Errors: those of NewRouter.
func New(clock clock.PassiveClock, dialects ...Dialect) (*Facade, error) {
	router, err := NewRouter(dialects...)
	if err != nil {
		return nil, err
	}
	registerMetrics()
	return &Facade{Router: router, clock: clock}, nil
}

// Wrap makes the server's whole chain speak the dialects: it must be the outermost handler. It puts the Call into the context,
// refuses requests whose headers are a trick, turns every error that a filter raises into one of the dialect's, and counts.
// Requests for no dialect pass as they are.
func (f *Facade) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := &Call{}
		if !f.match(r, call) {
			next.ServeHTTP(w, r)
			return
		}
		call.RequestID = requestID(r.Header)
		call.Caller.RequestID = call.RequestID
		w.Header()[HeaderRequestID] = []string{call.RequestID}
		r = r.WithContext(With(r.Context(), call))
		call.Signed = signed(call, w, r)
		withoutTimeout(r)
		answer := &answer{inner: w, call: call, request: r}
		start := f.clock.Now()
		defer func() {
			answer.end(recover())
			count(call, r.Method, answer.status, f.clock.Since(start))
			if answer.broken {
				panic(http.ErrAbortHandler)
			}
		}()
		if refusal := guard(call, r.Header); refusal != nil {
			answer.refuse(*refusal)
			return
		}
		if call.Watch {
			open := streams.WithLabelValues(call.Dialect.Name())
			open.Inc()
			defer open.Dec()
		}
		next.ServeHTTP(responsewriter.WrapForHTTP1Or2(answer), r)
	})
}

// Serve answers the requests of the dialects; it is what the server's mux holds for each of Prefixes and all below it.
func (f *Facade) Serve(w http.ResponseWriter, r *http.Request) {
	call := From(r.Context())
	if call == nil {
		http.NotFound(w, r)
		return
	}
	own := responsewriter.WrapForHTTP1Or2(&handled{inner: w})
	switch {
	case call.Route != nil:
		call.Route.Handler(own, r)
	case call.Allow != nil:
		call.Dialect.Refuse(own, r, Refusal{Status: http.StatusMethodNotAllowed, Cause: NoMethod, Allow: call.Allow})
	default:
		call.Dialect.Refuse(own, r, Refusal{Status: http.StatusNotFound, Cause: NoRoute})
	}
}

// requestID returns the caller's id of a request if it has the right form, else a new one.
func requestID(header http.Header) string {
	if id := header.Get(HeaderRequestID); tracing.IsRequestID(id) {
		return id
	}
	return string(uuid.NewUUID())
}

// withoutTimeout takes the parameter timeout out of a request's query. To the server's filters it is the time that the caller
// gives them, and an error if malformed; to the dialects it is unknown, and what is unknown is ignored.
func withoutTimeout(r *http.Request) {
	query := r.URL.RawQuery
	if !strings.Contains(query, "timeout") && !strings.Contains(query, "%") {
		return
	}
	kept := make([]string, 0, 8)
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if name, err := url.QueryUnescape(key); err != nil || name != "timeout" {
			kept = append(kept, pair)
		}
	}
	changed := *r.URL
	changed.RawQuery = strings.Join(kept, "&")
	r.URL = &changed
}
