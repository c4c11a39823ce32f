package facade

import (
	"errors"
	"net/http"
	"strconv"
)

// marker is the name under which handled marks the headers of an answer as a handler's. It cannot be sent: it is no valid
// header name.
const marker = ":handled"

var marked = []string{""}

// handled marks what is written through it as the answer of a handler. The mark travels with the headers, so it arrives if
// and when the answer does, whatever filters are in between and whichever goroutine they run in.
type handled struct {
	inner http.ResponseWriter
	began bool
}

func (h *handled) Header() http.Header { return h.inner.Header() }

// Unwrap is for http.ResponseController.
func (h *handled) Unwrap() http.ResponseWriter { return h.inner }

func (h *handled) mark() {
	if !h.began {
		h.began = true
		h.inner.Header()[marker] = marked
	}
}

func (h *handled) WriteHeader(status int) {
	h.mark()
	h.inner.WriteHeader(status)
}

func (h *handled) Write(p []byte) (int, error) {
	h.mark()
	return h.inner.Write(p)
}

// Flush implements http.Flusher.
func (h *handled) Flush() { _ = h.FlushError() }

// FlushError is for http.ResponseController.
func (h *handled) FlushError() error {
	h.mark()
	return http.NewResponseController(h.inner).Flush()
}

// answer is what a client gets. A handler's answer passes; an error that a filter raises is replaced by one of the dialect.
type answer struct {
	inner   http.ResponseWriter
	call    *Call
	request *http.Request
	// status is the status that was sent, or 0.
	status int
	phase  phase
	// broken tells that something went wrong after the answer had begun: only the end of the connection can tell the client
	// that it is not whole.
	broken bool
}

type phase int

const (
	// untouched: nothing was written.
	untouched phase = iota
	// passing: what is written goes to the client.
	passing
	// refused: the dialect's error was written; what a filter writes is for nobody.
	refused
)

func (a *answer) Header() http.Header { return a.inner.Header() }

// Unwrap is for http.ResponseController and the server's filters.
func (a *answer) Unwrap() http.ResponseWriter { return a.inner }

func (a *answer) WriteHeader(status int) {
	switch {
	case status < http.StatusOK:
		a.inner.WriteHeader(status)
	case a.phase == passing:
		a.broken = a.broken || status >= http.StatusBadRequest
	case a.phase == untouched && status >= http.StatusBadRequest && !a.handled():
		a.refuse(a.refusal(status))
	case a.phase == untouched:
		delete(a.Header(), marker)
		a.send(status)
	}
}

func (a *answer) send(status int) {
	a.phase, a.status = passing, status
	a.inner.WriteHeader(status)
}

// handled tells whether the headers are those of a handler.
func (a *answer) handled() bool {
	_, ok := a.Header()[marker]
	return ok
}

func (a *answer) Write(p []byte) (int, error) {
	if a.phase == untouched {
		a.WriteHeader(http.StatusOK)
	}
	if a.phase == refused || a.broken {
		return len(p), nil
	}
	return a.inner.Write(p)
}

// Flush implements http.Flusher.
func (a *answer) Flush() { _ = a.FlushError() }

// FlushError is for http.ResponseController.
func (a *answer) FlushError() error {
	if a.phase == untouched {
		a.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(a.inner).Flush()
}

// refusal is what an error raised by a filter means. The status is all that the filters say, and Retry-After.
func (a *answer) refusal(status int) Refusal {
	if known := a.call.refusal.Load(); known != nil {
		return *known
	}
	refusal := Refusal{Status: status}
	switch status {
	case http.StatusUnauthorized:
		refusal.Cause = NoCredentials
	case http.StatusForbidden:
		refusal.Cause = NoRight
	case http.StatusNotFound:
		refusal.Cause = NoRoute
	}
	if seconds, err := strconv.Atoi(a.Header().Get("Retry-After")); err == nil && seconds > 0 {
		refusal.RetryAfter = seconds
	}
	return refusal
}

// refuse answers with the dialect's error. It reports false, and does nothing, if an answer has begun that is not one.
func (a *answer) refuse(refusal Refusal) bool {
	if a.phase != untouched {
		return a.phase == refused
	}
	header := a.Header()
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "X-Content-Type-Options", "Etag", "Last-Modified"} {
		delete(header, name)
	}
	if refusal.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	// The dialect writes to an answer of its own, because what comes after it is the filter's and must not pass.
	own := &answer{inner: a.inner, call: a.call, request: a.request}
	a.call.Dialect.Refuse(&handled{inner: own}, a.request, refusal)
	a.phase, a.status = refused, own.status
	return true
}

// end is told with what the handlers panicked, if they did. The filter that is there for panics logged it.
func (a *answer) end(panicked any) {
	if panicked == nil {
		return
	}
	err, _ := panicked.(error)
	if errors.Is(err, http.ErrAbortHandler) || !a.refuse(Refusal{Status: http.StatusInternalServerError}) {
		a.broken = true
	}
}
