package remote

import (
	"errors"
	"strings"
)

// ErrUnreadable tells that a kubeconfig is no YAML document of the expected shape. The errors that wrap it quote nothing of
// the content.
var ErrUnreadable = errors.New("the kubeconfig cannot be read")

// Fault is one field of a kubeconfig that is not accepted.
type Fault struct {
	// Field is the path of the field, for example user.exec.
	Field string
	// Remedy says what is wrong with it and what to write instead. It quotes nothing of the content.
	Remedy string
}

// RefusedError tells that a kubeconfig holds what is not accepted. It lists every fault, in a fixed order.
type RefusedError struct {
	// Faults are the faults that were found; at least one.
	Faults []Fault
}

// Error names every refused field and its remedy.
func (e *RefusedError) Error() string {
	faults := make([]string, 0, len(e.Faults))
	for _, f := range e.Faults {
		faults = append(faults, f.Field+": "+f.Remedy)
	}
	return "the kubeconfig is refused: " + strings.Join(faults, "; ")
}

// Fields returns the refused fields.
func (e *RefusedError) Fields() []string {
	fields := make([]string, 0, len(e.Faults))
	for _, f := range e.Faults {
		fields = append(fields, f.Field)
	}
	return fields
}
