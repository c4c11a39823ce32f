package iaas

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// What errors say. The texts are part of the contract with clients.
const (
	detailNobody    = "Not authenticated"
	detailStranger  = "Invalid token"
	detailNoRight   = "Not permitted"
	detailNoCluster = "Cluster not found"
	detailNoAddon   = "Add-on not found"
	detailNoPath    = "Not Found"
	detailNoMethod  = "Method Not Allowed"
	detailNotReady  = "cluster is not ready"
	detailTooLarge  = "The body may have 1 MiB at most"
	detailTooMany   = "Too many requests"
	detailInternal  = "Internal Server Error"
	detailAway      = "Service Unavailable"
	detailTimeout   = "Gateway Timeout"
)

// failure is an error as the client gets it. It implements error, so that handlers can return one.
type failure struct {
	status int
	detail string
	// violations replace the detail where the form of a body is wrong.
	violations []wire.Violation
	// challenge is the header WWW-Authenticate.
	challenge string
	allow     []string
	// retryAfter is in seconds.
	retryAfter int
}

// Error implements error.
func (f *failure) Error() string { return f.detail }

// badRequest is an error about the values of a request.
func badRequest(detail string) *failure {
	return &failure{status: http.StatusBadRequest, detail: detail}
}

// byReason is what the reasons of the hub mean, but for those that a handler knows more about.
var byReason = map[hub.Reason]failure{
	hub.NotFound:        {status: http.StatusNotFound, detail: detailNoAddon},
	hub.WrongState:      {status: http.StatusBadRequest, detail: detailNotReady},
	hub.Forbidden:       {status: http.StatusForbidden, detail: detailNoRight},
	hub.TooManyRequests: {status: http.StatusTooManyRequests, detail: detailTooMany, retryAfter: defaultRetryAfter},
	hub.TooLarge:        {status: http.StatusRequestEntityTooLarge, detail: detailTooLarge},
}

// translate is what an error of a handler means to the client. What is for the log only is logged.
func translate(ctx context.Context, err error) *failure {
	if known, ok := errors.AsType[*failure](err); ok {
		return known
	}
	if known, ok := errors.AsType[*facade.Refusal](err); ok {
		return refused(*known)
	}
	known, ok := errors.AsType[*hub.Error](err)
	if !ok {
		klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
		return &failure{status: http.StatusInternalServerError, detail: detailInternal}
	}
	if known.Reason == hub.Invalid {
		return badRequest(brokenRules(known))
	}
	if made, ok := byReason[known.Reason]; ok {
		made.retryAfter = cmp.Or(int(math.Ceil(known.RetryAfter.Seconds())), made.retryAfter)
		return &made
	}
	klog.FromContext(ctx).Error(err, "Request could not be served")
	return &failure{status: http.StatusInternalServerError, detail: detailInternal}
}

// brokenRules are the rules that a wish breaks, as far as the hub alone could find out: fields are named as the request names them.
func brokenRules(err *hub.Error) string {
	var lines []string
	for _, fault := range err.Faults {
		field := strings.TrimPrefix(fault.Field, "spec.")
		if field == "templateName" {
			field = memberAddon
		}
		lines = append(lines, field+": "+fault.Message)
	}
	return cmp.Or(strings.Join(lines, separator), err.Message)
}

// separator stands between several faults in one text.
const separator = "; "

// defaultRetryAfter is in seconds.
const defaultRetryAfter = 1

// refused is what an error that was raised outside a handler means to the client.
func refused(from facade.Refusal) *failure {
	switch from.Status {
	case http.StatusUnauthorized:
		return unauthorized(from.Cause)
	case http.StatusForbidden:
		return &failure{status: from.Status, detail: detailNoRight}
	case http.StatusNotFound:
		return &failure{status: from.Status, detail: detailNoPath}
	case http.StatusMethodNotAllowed:
		return &failure{status: from.Status, detail: detailNoMethod, allow: from.Allow}
	case http.StatusRequestEntityTooLarge:
		return &failure{status: from.Status, detail: detailTooLarge}
	case http.StatusUnsupportedMediaType:
		return malformed
	case http.StatusTooManyRequests:
		return later(from, detailTooMany)
	case http.StatusServiceUnavailable:
		return later(from, detailAway)
	case http.StatusGatewayTimeout:
		return later(from, detailTimeout)
	}
	switch {
	case from.Cause == facade.BadBody:
		return malformed
	case from.Status >= http.StatusBadRequest && from.Status < http.StatusInternalServerError:
		return &failure{status: from.Status, detail: cmp.Or(from.Detail, http.StatusText(from.Status))}
	default:
		return &failure{status: http.StatusInternalServerError, detail: detailInternal}
	}
}

// later is an error that may be over soon.
func later(from facade.Refusal, detail string) *failure {
	return &failure{status: from.Status, detail: detail, retryAfter: cmp.Or(from.RetryAfter, defaultRetryAfter)}
}

// unauthorized tells whether credentials are missing or are not accepted.
func unauthorized(cause facade.Cause) *failure {
	made := &failure{status: http.StatusUnauthorized, detail: detailStranger, challenge: `Bearer error="invalid_token"`}
	switch cause {
	case facade.NoCredentials:
		made.detail, made.challenge = detailNobody, "Bearer"
	case facade.WrongScope:
		made.challenge = `Bearer error="insufficient_scope"`
	}
	return made
}

// write answers with the error.
func (f *failure) write(w http.ResponseWriter) {
	header := w.Header()
	if f.challenge != "" {
		header.Set("WWW-Authenticate", f.challenge)
	}
	if f.status == http.StatusMethodNotAllowed {
		header.Set("Allow", strings.Join(f.allow, ", "))
	}
	if f.retryAfter > 0 {
		header.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	if f.violations != nil {
		reply.JSON(w, f.status, reply.Encode(wire.ValidationError{Detail: f.violations}))
		return
	}
	reply.JSON(w, f.status, reply.Encode(wire.Error{Detail: f.detail}))
}
