package fields

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Fault is one thing that is wrong with a request.
type Fault struct {
	// Status is 400 where the value cannot be accepted at all, 409 where it clashes with what the cluster is or does now.
	Status int
	// Field is the path of the field, as in labels/pods_network_subnet. Empty for what is wrong with no field of the body.
	Field string
	// Value is the text of the value; nil where it is secret, or no scalar.
	Value *string
	// Message says in whole sentences what is allowed.
	Message string
}

// maxQuoted is how many bytes of a value are quoted.
const maxQuoted = 200

// Detail is what the client is told.
func (f Fault) Detail() string {
	switch {
	case f.Field == "":
		return f.Message
	case f.Value == nil:
		return fmt.Sprintf("Invalid input for field/attribute %s. %s", f.Field, f.Message)
	}
	return fmt.Sprintf("Invalid input for field/attribute %s. Value: '%s'. %s", f.Field, shortened(*f.Value), f.Message)
}

// Title is the detail up to the first dot.
func (f Fault) Title() string {
	title, _, _ := strings.Cut(f.Detail(), ".")
	return title
}

// shortened cuts a long text between two characters.
func shortened(text string) string {
	if len(text) <= maxQuoted {
		return text
	}
	end := maxQuoted
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// Error is all that is wrong with a request. It has one fault at least.
type Error struct {
	// Faults are in the order in which they were found.
	Faults []Fault
}

// Error implements error.
func (e *Error) Error() string {
	details := make([]string, 0, len(e.Faults))
	for _, fault := range e.Faults {
		details = append(details, fault.Detail())
	}
	return strings.Join(details, " ")
}

// Status is the status of the answer: 400 if any fault has it, else 409.
func (e *Error) Status() int {
	status := http.StatusConflict
	for _, fault := range e.Faults {
		status = min(status, cmp.Or(fault.Status, http.StatusBadRequest))
	}
	return status
}

// Join returns the faults as one *Error; nil for none.
func Join(faults ...Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{Faults: faults}
}

// Refused is a fault (400) of no field of a body.
func Refused(format string, args ...any) Fault {
	return Fault{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// Clash is a fault (409) of no field of a body.
func Clash(format string, args ...any) Fault {
	return Fault{Status: http.StatusConflict, Message: fmt.Sprintf(format, args...)}
}
