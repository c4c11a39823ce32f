package nks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// failure is an error as the client gets it. It implements error, so that handlers can return one.
type failure struct {
	status int
	// details are one text for each thing that is wrong; none for the status's own words.
	details []string
	allow   []string
	// retryAfter is in seconds.
	retryAfter int
	// microversion tells that the version that the client asks for is not offered.
	microversion bool
}

// Error implements error.
func (f *failure) Error() string { return strings.Join(f.details, " ") }

// failed is an error with one text.
func failed(status int, format string, args ...any) *failure {
	return &failure{status: status, details: []string{fmt.Sprintf(format, args...)}}
}

// unsupported is the error of a version that is not offered.
func unsupported(asked version) *failure {
	made := failed(http.StatusNotAcceptable, "Unsupported microversion. The version %s was asked for; %s to %s are offered.", asked, oldest, newest)
	made.microversion = true
	return made
}

// byStatus is what is said where nothing better is known, or where more is for the log only.
var byStatus = map[int]string{
	http.StatusBadRequest:            "The request cannot be understood.",
	http.StatusUnauthorized:          "The request you have made requires authentication.",
	http.StatusForbidden:             "Policy doesn't allow this to be performed.",
	http.StatusNotFound:              "The resource could not be found.",
	http.StatusMethodNotAllowed:      "The method is not allowed for this resource.",
	http.StatusConflict:              "The request clashes with what the cluster is or does now.",
	http.StatusRequestEntityTooLarge: "The body may have 1 MiB at most.",
	http.StatusTooManyRequests:       "There are too many requests at the moment. Try again.",
	http.StatusInternalServerError:   "Something went wrong that should not.",
	http.StatusServiceUnavailable:    "The service cannot do this at the moment. Try again.",
}

// byReason are the statuses of the hub's errors.
var byReason = map[hub.Reason]int{
	hub.NotFound:           http.StatusNotFound,
	hub.AlreadyExists:      http.StatusConflict,
	hub.WrongState:         http.StatusConflict,
	hub.Busy:               http.StatusConflict,
	hub.PreconditionFailed: http.StatusConflict,
	hub.Invalid:            http.StatusBadRequest,
	hub.Forbidden:          http.StatusForbidden,
	hub.TooManyRequests:    http.StatusTooManyRequests,
	hub.TooLarge:           http.StatusRequestEntityTooLarge,
	hub.Unavailable:        http.StatusServiceUnavailable,
	hub.Timeout:            http.StatusServiceUnavailable,
}

// translate is what an error of a handler means to the client. What is for the log only is logged.
func translate(ctx context.Context, err error, route *facade.Route) *failure {
	if known, ok := errors.AsType[*failure](err); ok {
		return known
	}
	if known, ok := errors.AsType[*fields.Error](err); ok {
		return fromFaults(known)
	}
	if known, ok := errors.AsType[*facade.Refusal](err); ok {
		return refused(*known, route)
	}
	if known, ok := errors.AsType[*hub.Error](err); ok {
		return fromHub(ctx, known)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &failure{status: http.StatusServiceUnavailable}
	}
	klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	return &failure{status: http.StatusInternalServerError}
}

// fromFaults is what faults of a request mean to the client: an entry for each.
func fromFaults(err *fields.Error) *failure {
	made := &failure{status: err.Status()}
	for _, fault := range err.Faults {
		made.details = append(made.details, fault.Detail())
	}
	return made
}

// fromHub is what an error of the hub means to the client.
func fromHub(ctx context.Context, err *hub.Error) *failure {
	made := &failure{status: cmp.Or(byReason[err.Reason], http.StatusInternalServerError), retryAfter: int(math.Ceil(err.RetryAfter.Seconds()))}
	switch {
	case made.status == http.StatusInternalServerError:
		klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	case made.status == http.StatusServiceUnavailable:
		klog.FromContext(ctx).V(1).Info("Request could not be served", "cause", err.Error())
	case len(err.Faults) > 0:
		for _, fault := range err.Faults {
			told := fields.Fault{Field: fieldOf(fault.Field), Message: sentence(fault.Message)}
			made.details = append(made.details, told.Detail())
		}
	case err.Message != "":
		made.details = []string{sentence(err.Message)}
	}
	return made
}

// sentence makes a sentence of what the hub says.
func sentence(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// refused is what an error that was raised outside a handler means to the client.
func refused(from facade.Refusal, route *facade.Route) *failure {
	made := &failure{status: from.Status, allow: from.Allow, retryAfter: from.RetryAfter}
	switch {
	case from.Status == http.StatusGatewayTimeout:
		made.status = http.StatusServiceUnavailable
	case from.Status >= http.StatusInternalServerError && byStatus[from.Status] == "":
		made.status = http.StatusInternalServerError
	}
	switch {
	case from.Status == http.StatusForbidden && from.Detail == "" && route != nil:
		made.details = []string{policy(facade.Right{Verb: route.Verb, Resource: route.Resource, Subresource: route.Subresource})}
	case from.Status == http.StatusUnauthorized || from.Status >= http.StatusInternalServerError || from.Detail == "":
		// The status's own words.
	default:
		made.details = []string{sentence(from.Detail)}
	}
	return made
}

// policy is what a client without a right is told.
func policy(right facade.Right) string {
	resource := right.Resource
	if right.Subresource != "" {
		resource += "/" + right.Subresource
	}
	return fmt.Sprintf("Policy doesn't allow %s %s to be performed.", right.Verb, resource)
}

// may refuses a request whose caller lacks a right beside that of the route.
func (r *request) may(ctx context.Context, right facade.Right) error {
	if r.call.May == nil {
		return nil
	}
	err := r.call.May(ctx, right)
	if known, ok := errors.AsType[*facade.Refusal](err); ok && known.Status == http.StatusForbidden {
		return failed(http.StatusForbidden, "%s", policy(right))
	}
	return err
}

// errorList is the body of an error.
type errorList struct {
	Errors []errorEntry `json:"errors"`
	// Error is for clients of the identity service, which looks like this.
	Error *identityError `json:"error,omitempty"`
}

// errorEntry is one thing that is wrong.
type errorEntry struct {
	RequestID  string          `json:"request_id"`
	Code       string          `json:"code"`
	Status     int             `json:"status"`
	Title      string          `json:"title"`
	Detail     string          `json:"detail"`
	Links      []document.Link `json:"links"`
	MinVersion string          `json:"min_version,omitempty"`
	MaxVersion string          `json:"max_version,omitempty"`
}

type identityError struct {
	Code    int    `json:"code"`
	Title   string `json:"title"`
	Message string `json:"message"`
}

// defaultRetryAfter is in seconds.
const defaultRetryAfter = 1

// answerError answers with an error. The headers of all answers are set already.
func (d *Dialect) answerError(w http.ResponseWriter, r *http.Request, f *failure) {
	header := w.Header()
	body := errorList{}
	details := f.details
	if len(details) == 0 {
		details = []string{cmp.Or(byStatus[f.status], http.StatusText(f.status)+".")}
	}
	for _, detail := range details {
		body.Errors = append(body.Errors, f.entry(facade.From(r.Context()), detail))
	}
	switch f.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", fmt.Sprintf("Keystone uri=%q", cmp.Or(d.options.IdentityURL, d.base(r))))
		body.Error = &identityError{Code: f.status, Title: http.StatusText(f.status), Message: byStatus[f.status]}
	case http.StatusMethodNotAllowed:
		header.Set("Allow", strings.Join(f.allow, ", "))
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header.Set("Retry-After", strconv.Itoa(cmp.Or(f.retryAfter, defaultRetryAfter)))
	}
	reply.JSON(w, f.status, reply.Encode(body))
}

// entry is one entry of the list of errors.
func (f *failure) entry(call *facade.Call, detail string) errorEntry {
	title, _, _ := strings.Cut(detail, ".")
	made := errorEntry{RequestID: requestID(call), Code: "client", Status: f.status, Title: title, Detail: detail, Links: []document.Link{}}
	switch {
	case f.microversion:
		made.Code, made.MinVersion, made.MaxVersion = "magnum.microversion-unsupported", oldest.String(), newest.String()
	case f.status >= http.StatusInternalServerError:
		made.Code = "server"
	}
	return made
}
