package hyperfleet

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// problem is a kind of error that clients can tell from the others.
type problem struct {
	code   string
	status int
	title  string
	slug   string
	// detail is what is said where nothing better is known.
	detail string
}

// The kinds of errors.
var (
	problemFields     = problem{"VAL-000", http.StatusBadRequest, "Invalid fields", "validation-error", "Members or parameters of the request break rules; see errors."}
	problemRequest    = problem{"VAL-005", http.StatusBadRequest, "Invalid request", "bad-request", "The request cannot be understood."}
	problemBody       = problem{"VAL-006", http.StatusBadRequest, "Unreadable body", "malformed-request", "The body is no JSON object."}
	problemMethod     = problem{"VAL-008", http.StatusMethodNotAllowed, "Method not supported", "method-not-allowed", "This endpoint does not know the method."}
	problemTooLarge   = problem{"VAL-009", http.StatusRequestEntityTooLarge, "Body too large", "payload-too-large", "The body is too large."}
	problemMediaType  = problem{"VAL-010", http.StatusUnsupportedMediaType, "Media type not supported", "unsupported-media-type", "The body must be JSON."}
	problemNobody     = problem{"AUT-001", http.StatusUnauthorized, "No credentials", "authentication-error", "The request carries no credentials."}
	problemStranger   = problem{"AUT-002", http.StatusUnauthorized, "Credentials refused", "authentication-error", "The credentials of the request are not accepted."}
	problemExpired    = problem{"AUT-003", http.StatusUnauthorized, "Token expired", "authentication-error", "The token of the request has expired."}
	problemNoRight    = problem{"AUZ-001", http.StatusForbidden, "Not allowed", "permission-denied", "The caller has no right to do this."}
	problemAdapter    = problem{"AUZ-002", http.StatusForbidden, "Adapter not allowed", "permission-denied", "The caller may not report as this adapter."}
	problemNoEndpoint = problem{"NTF-000", http.StatusNotFound, "No such endpoint", "not-found", "There is no endpoint of this path."}
	problemNoResource = problem{"NTF-001", http.StatusNotFound, "No such resource", "not-found", "There is no such resource."}
	problemNameTaken  = problem{"CNF-001", http.StatusConflict, "Name taken", "conflict", "The name is taken, perhaps by an object that is still being deleted."}
	problemVersion    = problem{"CNF-002", http.StatusPreconditionFailed, "Version does not match", "precondition-failed", "The stored object has none of the versions that If-Match names."}
	problemState      = problem{"CNF-003", http.StatusConflict, "Wrong state", "conflict", "The object is not in a state in which this can be done."}
	problemKeyReused  = problem{"CNF-004", http.StatusConflict, "Idempotency key reused", "conflict", "The Idempotency-Key was used with another body."}
	problemTooOld     = problem{"CNF-005", http.StatusGone, "Resource version expired", "gone", "Changes from that resource version on are not known any more; list again."}
	problemInternal   = problem{"INT-001", http.StatusInternalServerError, "Internal error", "internal-error", "Something went wrong that should not."}
	problemAway       = problem{"SVC-001", http.StatusServiceUnavailable, "Unavailable", "service-unavailable", "The service cannot do this at the moment; try again."}
	problemTimeout    = problem{"SVC-002", http.StatusGatewayTimeout, "Timed out", "service-unavailable", "This took too long; whether it was done is not known."}
	problemBusy       = problem{"SVC-003", http.StatusTooManyRequests, "Too many requests", "too-many-requests", "There are too many requests at the moment; try again."}
)

// refusal is an error on its way to the client.
type refusal struct {
	problem
	detail string
	faults []fault
	allow  []string
	// retryAfter is in seconds; zero for the default of those errors that have it.
	retryAfter int
}

// byReason is what the reasons of the hub mean. In the detail of those marked here the hub's own words are left out: what is not
// there and what is foreign must look the same, and bugs and outages are for the log.
var byReason = map[hub.Reason]struct {
	problem
	silent bool
}{
	hub.NotFound:           {problemNoResource, true},
	hub.AlreadyExists:      {problemNameTaken, true},
	hub.WrongState:         {problemState, false},
	hub.PreconditionFailed: {problemVersion, true},
	hub.KeyReused:          {problemKeyReused, true},
	hub.Invalid:            {problemFields, false},
	hub.Forbidden:          {problemNoRight, false},
	hub.AdapterNotAllowed:  {problemAdapter, false},
	hub.Expired:            {problemTooOld, true},
	hub.Unavailable:        {problemAway, true},
	hub.Timeout:            {problemTimeout, true},
	hub.TooManyRequests:    {problemBusy, true},
	hub.TooLarge:           {problemTooLarge, false},
	hub.Internal:           {problemInternal, true},
}

// translate is what an error of a handler means to the client. What is for the log only is logged.
func (*Dialect) translate(ctx context.Context, err error) refusal {
	if known, ok := errors.AsType[*hub.Error](err); ok {
		return fromHub(ctx, known)
	}
	if known, ok := errors.AsType[*facade.Refusal](err); ok {
		return refused(*known)
	}
	if faults, ok := errors.AsType[invalidFields](err); ok {
		return refusal{problem: problemFields, faults: faults}
	}
	if text, ok := errors.AsType[badRequest](err); ok {
		return refusal{problem: problemRequest, detail: text.Error()}
	}
	if text, ok := errors.AsType[malformed](err); ok {
		return refusal{problem: problemBody, detail: text.Error()}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return refusal{problem: problemTimeout}
	}
	klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	return refusal{problem: problemInternal}
}

// fromHub is what an error of the hub means to the client.
func fromHub(ctx context.Context, err *hub.Error) refusal {
	known, ok := byReason[err.Reason]
	if !ok {
		known = byReason[hub.Internal]
	}
	switch known.code {
	case problemInternal.code:
		klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	case problemAway.code, problemTimeout.code:
		klog.FromContext(ctx).V(1).Info("Request could not be served", "cause", err.Error())
	}
	made := refusal{problem: known.problem, retryAfter: int(math.Ceil(err.RetryAfter.Seconds()))}
	if !known.silent {
		made.detail = sentence(err.Message)
	}
	if err.Reason == hub.Invalid {
		made.faults = faultsOf(err)
	}
	return made
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// byStatus is what errors that are raised outside handlers mean.
var byStatus = map[int]problem{
	http.StatusMethodNotAllowed:      problemMethod,
	http.StatusForbidden:             problemNoRight,
	http.StatusConflict:              problemState,
	http.StatusGone:                  problemTooOld,
	http.StatusPreconditionFailed:    problemVersion,
	http.StatusRequestEntityTooLarge: problemTooLarge,
	http.StatusUnsupportedMediaType:  problemMediaType,
	http.StatusTooManyRequests:       problemBusy,
	http.StatusServiceUnavailable:    problemAway,
	http.StatusGatewayTimeout:        problemTimeout,
}

// refused is what an error that was raised outside a handler means to the client.
func refused(from facade.Refusal) refusal {
	made := refusal{detail: from.Detail, allow: from.Allow, retryAfter: from.RetryAfter}
	known, ok := byStatus[from.Status]
	switch {
	case from.Status == http.StatusUnauthorized && from.Cause == facade.NoCredentials:
		made.problem = problemNobody
	case from.Status == http.StatusUnauthorized && from.Cause == facade.ExpiredCredentials:
		made.problem = problemExpired
	case from.Status == http.StatusUnauthorized:
		made.problem = problemStranger
	case from.Status == http.StatusNotFound && from.Cause == facade.NoRoute:
		made.problem = problemNoEndpoint
	case from.Status == http.StatusNotFound:
		made.problem = problemNoResource
	case from.Cause == facade.BadBody:
		made.problem = problemBody
	case ok:
		made.problem = known
	case from.Status >= http.StatusBadRequest && from.Status < http.StatusInternalServerError:
		made.problem = problemRequest
	default:
		made.problem, made.detail = problemInternal, ""
	}
	return made
}

const (
	// typePrefix is where the URIs of errors begin.
	typePrefix = "https://api.hyperfleet.io/errors/"
	// codePrefix is where the codes of errors begin.
	codePrefix = "HYPERFLEET-"
	// defaultRetryAfter is in seconds.
	defaultRetryAfter = 1
)

// answerError answers with an error.
func (d *Dialect) answerError(w http.ResponseWriter, r *http.Request, e refusal) {
	header := w.Header()
	body := wire.Problem{
		Type: typePrefix + e.slug, Title: e.title, Status: int32(e.status), Detail: cmp.Or(e.detail, e.problem.detail),
		Code: codePrefix + e.code, Timestamp: d.clock.Now().UTC().Truncate(time.Second), Instance: r.URL.Path,
	}
	if call := facade.From(r.Context()); call != nil {
		body.Instance, body.TraceID = call.Path, call.RequestID
	}
	for _, f := range e.faults {
		body.Errors = append(body.Errors, wire.Violation(f))
	}
	switch e.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	case http.StatusMethodNotAllowed:
		header.Set("Allow", strings.Join(e.allow, ", "))
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		header.Set("Retry-After", strconv.Itoa(cmp.Or(e.retryAfter, defaultRetryAfter)))
	}
	header.Set("Content-Type", mediaTypeProblem)
	reply.Write(w, e.status, reply.Encode(body))
}
