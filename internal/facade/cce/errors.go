package cce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// problem is a kind of error that clients can tell from the others.
type problem struct {
	status int
	reason metav1.StatusReason
	// code and class are errorCode and errorMessage, detail is error.code without its prefix.
	code, class, detail string
	// text is what is said where nothing better is known.
	text string
}

// The kinds of errors.
var (
	problemRequest = problem{http.StatusBadRequest, metav1.StatusReasonBadRequest, "CCE.03400001", "Invalid request.", "4000003", "The request cannot be understood"}
	problemValues  = problem{http.StatusBadRequest, metav1.StatusReasonBadRequest, "CCE.03400001", "Invalid request.", "4000002", "spec.values: break the schema of the template"}
	problemGate    = problem{http.StatusBadRequest, metav1.StatusReasonBadRequest, "CCE.03400001", "Invalid request.", "4030302", "spec.version: is not for the cluster's version"}
	problemNobody  = problem{http.StatusUnauthorized, metav1.StatusReasonUnauthorized, "CCE.03401001", "Unauthorized.", "4010001", "The request carries no credentials, or they are not accepted"}
	problemNoRight = problem{http.StatusForbidden, metav1.StatusReasonForbidden, "CCE.03403001", "Forbidden.", "4030001", "The caller has no right to do this"}
	problemAddon   = problem{http.StatusNotFound, metav1.StatusReasonNotFound, "CCE.03404001", "Resource not found.", "4040204", "Addon not exist"}
	problemCluster = problem{http.StatusNotFound, metav1.StatusReasonNotFound, "CCE.01404001", "Resource not found.", "4040001", "Cluster not exist"}
	problemPath    = problem{http.StatusNotFound, metav1.StatusReasonNotFound, "CCE.03404001", "Resource not found.", "4040001", "There is no such path"}
	problemMethod  = problem{http.StatusMethodNotAllowed, metav1.StatusReasonMethodNotAllowed, "CCE.03405001", "Method not allowed.", "4050001", "The path does not know the method"}
	problemState   = problem{http.StatusConflict, metav1.StatusReasonConflict, "CCE.03409001", "Conflict.", "4090001", "The add-on or its cluster is not in a state in which this can be done"}
	problemLarge   = problem{http.StatusRequestEntityTooLarge, metav1.StatusReasonRequestEntityTooLarge, "CCE.03413001", "Request entity too large.", "4130001", "The body is too large"}
	problemBusy    = problem{http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, "CCE.03429001", "Too many requests.", "4290001", "There are too many requests at the moment; try again"}
	problemBug     = problem{http.StatusInternalServerError, metav1.StatusReasonInternalError, "CCE.03500001", "Internal error.", "5000001", "Something went wrong that should not"}
	problemAway    = problem{http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, "CCE.03503001", "Service unavailable.", "5030001", "The service cannot do this at the moment; try again"}
)

// refusal is an error on its way to the client.
type refusal struct {
	problem
	message string
	allow   []string
	// retryAfter is in seconds; zero for the default of those errors that have it.
	retryAfter int
}

// Error implements error.
func (r *refusal) Error() string { return cmp.Or(r.message, r.text) }

// What is not there for the caller.
var (
	errUnknownAddon   = &refusal{problem: problemAddon}
	errUnknownCluster = &refusal{problem: problemCluster}
)

// invalid is the error of a request that breaks rules; the text names the field.
func invalid(text string) error { return &refusal{problem: problemRequest, message: text} }

// unknownAddon says of an error of the hub that nothing but the add-on can be missing.
func unknownAddon(err error) error {
	if hub.ReasonOf(err) == hub.NotFound {
		return errUnknownAddon
	}
	return err
}

// byReason is what the reasons of the hub mean. In the texts of those marked here the hub's own words are left out: bugs and outages
// are for the log.
var byReason = map[hub.Reason]struct {
	problem
	silent bool
}{
	hub.NotFound:           {problemAddon, true},
	hub.AlreadyExists:      {problemState, false},
	hub.WrongState:         {problemState, false},
	hub.PreconditionFailed: {problemState, false},
	hub.Invalid:            {problemRequest, false},
	hub.Forbidden:          {problemNoRight, false},
	hub.Unavailable:        {problemAway, true},
	hub.Timeout:            {problemAway, false},
	hub.TooManyRequests:    {problemBusy, true},
	hub.TooLarge:           {problemLarge, false},
	hub.Internal:           {problemBug, true},
}

// translate is what an error of a handler means to the client. What is for the log only is logged.
func translate(ctx context.Context, err error) *refusal {
	if known, ok := errors.AsType[*refusal](err); ok {
		return known
	}
	if known, ok := errors.AsType[*facade.Refusal](err); ok {
		return refused(*known)
	}
	if known, ok := errors.AsType[*hub.Error](err); ok {
		return fromHub(ctx, known)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return &refusal{problem: problemAway}
	}
	klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	return &refusal{problem: problemBug}
}

// fromHub is what an error of the hub means to the client.
func fromHub(ctx context.Context, err *hub.Error) *refusal {
	known, ok := byReason[err.Reason]
	if !ok {
		known.problem, known.silent = problemBug, true
	}
	switch known.status {
	case http.StatusInternalServerError:
		klog.FromContext(ctx).Error(err, "Request failed for an unforeseen reason")
	case http.StatusServiceUnavailable:
		klog.FromContext(ctx).V(1).Info("Request could not be served", "cause", err.Error())
	}
	made := &refusal{problem: known.problem, retryAfter: int(math.Ceil(err.RetryAfter.Seconds()))}
	if !known.silent {
		made.message = err.Message
	}
	return made
}

// byStatus is what errors that are raised outside handlers mean.
var byStatus = map[int]problem{
	http.StatusBadRequest:            problemRequest,
	http.StatusUnauthorized:          problemNobody,
	http.StatusForbidden:             problemNoRight,
	http.StatusNotFound:              problemPath,
	http.StatusMethodNotAllowed:      problemMethod,
	http.StatusConflict:              problemState,
	http.StatusRequestEntityTooLarge: problemLarge,
	http.StatusTooManyRequests:       problemBusy,
	http.StatusServiceUnavailable:    problemAway,
	http.StatusGatewayTimeout:        problemAway,
}

// refused is what an error that was raised outside a handler means to the client.
func refused(from facade.Refusal) *refusal {
	made := &refusal{message: from.Detail, allow: from.Allow, retryAfter: from.RetryAfter}
	known, ok := byStatus[from.Status]
	switch {
	case ok:
		made.problem = known
	case from.Status >= http.StatusBadRequest && from.Status < http.StatusInternalServerError:
		made.problem = problemRequest
	default:
		made.problem = problemBug
	}
	if made.status == http.StatusInternalServerError {
		made.message = ""
	}
	return made
}

const (
	// detailPrefix is where error.code begins.
	detailPrefix = "SVCSTG.CCE-ADDONMGR."
	// defaultRetryAfter is in seconds.
	defaultRetryAfter = 1
)

// answerError answers with an error.
func answerError(w http.ResponseWriter, e *refusal) {
	header := w.Header()
	switch e.status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	case http.StatusMethodNotAllowed:
		header.Set("Allow", strings.Join(e.allow, ", "))
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header.Set("Retry-After", strconv.Itoa(cmp.Or(e.retryAfter, defaultRetryAfter)))
	}
	text := e.Error()
	reply.JSON(w, e.status, reply.Encode(wire.Error{
		Kind: "Status", APIVersion: "v1", Status: metav1.StatusFailure, Code: e.status, Reason: string(e.reason), Message: text,
		ErrorCode: e.code, ErrorMessage: e.class, SDKCode: e.code, SDKMessage: text,
		Error: wire.ErrorDetail{Code: detailPrefix + e.detail, Message: text},
	}))
}

// broken is what rules that the hub found broken mean to the client; other errors stay. sent are the values of the request: they tell
// where a param stands.
func broken(err error, sent sections) error {
	known, ok := errors.AsType[*hub.Error](err)
	if !ok || known.Reason != hub.Invalid || len(known.Faults) == 0 {
		return err
	}
	made := &refusal{problem: problemOf(known.Faults)}
	texts := make([]string, 0, len(known.Faults))
	for _, f := range known.Faults {
		texts = append(texts, fmt.Sprintf("%s: %s", sent.fieldOf(f.Field), f.Message))
	}
	made.message = strings.Join(texts, "; ")
	return made
}

// problemOf tells which kind of rule is broken; where several are, the one that no change of values mends.
func problemOf(faults []hub.Fault) problem {
	made := problemValues
	for _, f := range faults {
		switch {
		case f.Rule == hub.RuleGate:
			made = problemGate
		case f.Rule != hub.RuleParams && !isParam(f.Field):
			return problemRequest
		}
	}
	return made
}

// unknownCluster says of an error of the hub that nothing but the cluster can be missing.
func unknownCluster(err error) error {
	if hub.ReasonOf(err) == hub.NotFound {
		return errUnknownCluster
	}
	return err
}
