package params

import (
	"cmp"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a document.
type Fault struct {
	// Path is the field at fault, for example spec.params.cpu_limit.
	Path string
	// Message says what is wrong and, where it can, what would be right.
	Message string
}

// String returns the path and the message.
func (f Fault) String() string {
	if f.Path == "" {
		return f.Message
	}
	return f.Path + ": " + f.Message
}

// Join returns the faults as one line for a condition's message.
func Join(faults []Fault) string {
	lines := make([]string, 0, len(faults))
	for _, f := range faults {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "; ")
}

// sorted returns the faults in the order of their paths, each once, so that a message made of them does not flap.
func sorted(faults []Fault) []Fault {
	slices.SortFunc(faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(faults)
}
