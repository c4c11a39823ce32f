package hub

import (
	"errors"
	"fmt"
	"time"
)

// Reason is the kind of an Error.
type Reason string

// The reasons.
const (
	// NotFound: there is no such object for the caller.
	NotFound Reason = "NotFound"
	// AlreadyExists: the name is taken.
	AlreadyExists Reason = "AlreadyExists"
	// WrongState: the object is being deleted, or is not and would have to be.
	WrongState Reason = "WrongState"
	// Busy: another task runs on the cluster. Repeating helps when it is over.
	Busy Reason = "Busy"
	// PreconditionFailed: the stored object is not the one that the caller wants to change.
	PreconditionFailed Reason = "PreconditionFailed"
	// KeyReused: the key of an idempotent request was used for another request.
	KeyReused Reason = "KeyReused"
	// Invalid: the wish breaks rules; Faults says which.
	Invalid Reason = "Invalid"
	// Forbidden: no right, a quota is used up, or the namespace is not open to this program.
	Forbidden Reason = "Forbidden"
	// AdapterNotAllowed: the caller is bound to other adapters.
	AdapterNotAllowed Reason = "AdapterNotAllowed"
	// Expired: changes from that resource version on are no longer known.
	Expired Reason = "Expired"
	// Unavailable: the kube-apiserver cannot be reached, the index is not filled, or conflicts would not end. Repeating helps.
	Unavailable Reason = "Unavailable"
	// Timeout: it took too long. Whether a write happened is not known.
	Timeout Reason = "Timeout"
	// TooManyRequests: the server is overloaded; RetryAfter says when to come again.
	TooManyRequests Reason = "TooManyRequests"
	// TooLarge: the object would not fit.
	TooLarge Reason = "TooLarge"
	// Internal: a bug.
	Internal Reason = "Internal"
)

// Fault is one broken rule.
type Fault struct {
	// Field is the path in terms of the custom resource, for example spec.parameters.zones[2]. The dialect translates it.
	Field string
	// Message says what is wrong and what would be right. It never quotes a secret.
	Message string
	// Rule says which kind of rule it is, where a dialect tells kinds apart; else empty.
	Rule Rule
}

// Rule is a kind of rule.
type Rule string

// The rules about add-ons.
const (
	// RuleTemplate: the catalogue has no such entry.
	RuleTemplate Rule = "Template"
	// RuleVersion: the entry has no such version, or it is not one that the add-on can go to.
	RuleVersion Rule = "Version"
	// RuleGate: the version is not for the cluster's version.
	RuleGate Rule = "Gate"
	// RuleParams: the params break the version's schema.
	RuleParams Rule = "Params"
)

// Error is what went wrong, in terms that every dialect can translate.
type Error struct {
	Reason Reason
	// Message is for the caller and shows no internals.
	Message string
	// Faults are the broken rules, for Invalid.
	Faults []Fault
	// RetryAfter is when to come again, for Unavailable and TooManyRequests; zero if nobody knows.
	RetryAfter time.Duration
	// Err is the cause, for the log. It is not for the caller.
	Err error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Reason, e.Message, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ReasonOf returns the reason of an error; Internal for errors that are none of ours, and empty for nil.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known.Reason
	}
	return Internal
}
