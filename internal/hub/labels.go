package hub

import (
	"slices"
	"strings"
)

// ownDomain is where labels are ours, and not the user's.
const ownDomain = "slipway.dev"

func ours(label string) bool {
	domain, _, prefixed := strings.Cut(label, "/")
	return prefixed && (domain == ownDomain || strings.HasSuffix(domain, "."+ownDomain))
}

// withOwn returns the user's labels with our own among the present ones.
func withOwn(users, present map[string]string) map[string]string {
	labels := cloned(users)
	for key, value := range present {
		if ours(key) {
			labels[key] = value
		}
	}
	return labels
}

// unreserved refuses labels of our own domain.
func unreserved(labels map[string]string) error {
	var faults []Fault
	for key := range labels {
		if ours(key) {
			faults = append(faults, Fault{Field: "metadata.labels." + key, Message: "is reserved: labels of " + ownDomain + " are set by Slipway"})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Field, b.Field) })
	return &Error{Reason: Invalid, Message: "The object breaks rules", Faults: faults}
}
