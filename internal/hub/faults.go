package hub

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/params"
)

// retrySoon is when to come again where nobody said it.
const retrySoon = time.Second

// fault turns what a call of the kube-apiserver returned into an Error. It is the only place that does.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return transportFault(err)
	}
	return statusFault(err, status.Status())
}

// transportFault is about calls that got no answer.
func transportFault(err error) error {
	var network net.Error
	var address *url.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &Error{Reason: Timeout, Message: "It took too long; whether it was done is not known", Err: err}
	case errors.As(err, &network), errors.As(err, &address), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return unavailable(err, retrySoon)
	default:
		return &Error{Reason: Internal, Message: "An internal error occurred", Err: err}
	}
}

func unavailable(err error, retryAfter time.Duration) error {
	return &Error{Reason: Unavailable, Message: "The management cluster cannot be reached now", RetryAfter: retryAfter, Err: err}
}

// statusFault is about calls that the kube-apiserver refused.
func statusFault(err error, status metav1.Status) error {
	retryAfter := retrySoon
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		retryAfter = time.Duration(status.Details.RetryAfterSeconds) * time.Second
	}
	switch {
	case apierrors.IsNotFound(err):
		return notFoundFault(err, status)
	case apierrors.IsAlreadyExists(err):
		return &Error{Reason: AlreadyExists, Message: "The name is taken", Err: err}
	case apierrors.IsConflict(err):
		return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon, Err: err}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return &Error{Reason: Invalid, Message: "The object breaks rules", Faults: causes(status), Err: err}
	case apierrors.IsForbidden(err):
		return forbiddenFault(err, status)
	case apierrors.IsTooManyRequests(err):
		return &Error{Reason: TooManyRequests, Message: "The management cluster is overloaded", RetryAfter: retryAfter, Err: err}
	case apierrors.IsRequestEntityTooLargeError(err), beyondStorage(status.Message):
		return &Error{Reason: TooLarge, Message: "The object is too large to be stored", Err: err}
	case apierrors.IsTimeout(err):
		return &Error{Reason: Timeout, Message: "It took too long; whether it was done is not known", Err: err}
	case admissionRefused(status.Message):
		return &Error{Reason: Invalid, Message: "The object breaks rules", Faults: causes(status), Err: err}
	default:
		return unavailable(err, retryAfter)
	}
}

// notFoundFault tells an object that is gone from a namespace, or a kind, that does not exist.
func notFoundFault(err error, status metav1.Status) error {
	switch {
	case status.Details != nil && status.Details.Kind == "namespaces":
		return &Error{Reason: Forbidden, Message: "The project does not exist", Err: err}
	case status.Details == nil || status.Details.Name == "":
		return unavailable(err, retrySoon)
	default:
		return notFound(err)
	}
}

func notFound(err error) error {
	return &Error{Reason: NotFound, Message: "There is no such object", Err: err}
}

// forbiddenFault tells a quota, an admission plugin that says no, and a right that this program itself lacks from each other.
// The kube-apiserver has one reason for the three, so that the words have to tell.
func forbiddenFault(err error, status metav1.Status) error {
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return &Error{Reason: Forbidden, Message: "The project is being deleted", Err: err}
	case namespaces.Closed(err):
		return &Error{Reason: Forbidden, Message: "The project does not let this service use its Secrets; whoever administers it can allow it", Err: err}
	case strings.Contains(status.Message, "exceeded quota"):
		return &Error{Reason: Forbidden, Message: "A quota of the project is used up", Err: err}
	case admissionRefused(status.Message):
		return &Error{Reason: Invalid, Message: "The object breaks rules", Faults: causes(status), Err: err}
	default:
		return &Error{Reason: Internal, Message: "An internal error occurred", Err: err}
	}
}

func admissionRefused(message string) bool {
	return strings.Contains(message, "denied the request") || strings.Contains(message, "denied request")
}

// beyondStorage tells what etcd says of an object that is too large. It comes without a reason of its own.
func beyondStorage(message string) bool {
	return strings.Contains(message, "request is too large") || strings.Contains(message, "larger than max")
}

// causes returns the broken rules that a refusal names, or else all of its words as one.
func causes(status metav1.Status) []Fault {
	if status.Details == nil || len(status.Details.Causes) == 0 {
		return []Fault{{Message: withoutAdmission(status.Message)}}
	}
	faults := make([]Fault, 0, len(status.Details.Causes))
	for _, cause := range status.Details.Causes {
		field := strings.TrimPrefix(cause.Field, ".") // the scale subresource writes one before its paths
		if field == "<nil>" {
			field = ""
		}
		faults = append(faults, Fault{Field: field, Message: withoutValue(cause.Message)})
	}
	return faults
}

// withoutAdmission cuts off what says who refused, which is none of the caller's business.
func withoutAdmission(message string) string {
	for _, mark := range []string{"denied the request: ", "denied request: "} {
		if _, words, found := strings.Cut(message, mark); found {
			return words
		}
	}
	return message
}

// withoutValue cuts off the value that the kube-apiserver quotes before it says what is wrong with it: it may be long, and is
// the caller's own.
func withoutValue(message string) string {
	for _, mark := range []string{"Invalid value: ", "Unsupported value: "} {
		words, found := strings.CutPrefix(message, mark)
		if !found {
			continue
		}
		if quoted, err := strconv.QuotedPrefix(words); err == nil {
			words = words[len(quoted):]
		}
		return strings.TrimPrefix(words, ": ")
	}
	return message
}

// broken returns what our own checks found, in the hub's terms.
func broken(faults []params.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	list := make([]Fault, 0, len(faults))
	for _, f := range faults {
		list = append(list, Fault{Field: f.Path, Message: f.Message})
	}
	return &Error{Reason: Invalid, Message: "The object breaks rules", Faults: list}
}
