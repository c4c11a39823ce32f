package tenancy

import (
	"github.com/slipway-dev/slipway/internal/facade"
)

// Keys of what an identity carries (the extra of a user, as token reviews and front proxies give it), and the prefix of groups
// that bind to an adapter.
const (
	ExtraProject = "fleet.slipway.dev/project"
	ExtraAdapter = "fleet.slipway.dev/adapter"
	ExtraEmail   = "fleet.slipway.dev/email"
	GroupAdapter = "fleet.slipway.dev:adapter:"

	// extraPlainEmail is what most issuers of tokens are configured to give.
	extraPlainEmail = "email"
)

// Names knows the names of objects; the index implements it.
type Names interface {
	// ObjectName returns metadata.name of the object that the variables of a path name, or empty if there is none.
	ObjectName(namespace string, target facade.Target, variables map[string]string) string
}

// Accounts knows the annotations of ServiceAccounts.
type Accounts interface {
	// Annotations returns the annotations of a ServiceAccount, or nil if there is none of that name.
	Annotations(namespace, name string) map[string]string
}
