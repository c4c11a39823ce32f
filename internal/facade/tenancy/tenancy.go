package tenancy

import (
	"github.com/slipway-dev/slipway/internal/hub"
)

// Keys of what an identity carries (the extra of a user, as token reviews and front proxies give it), and the prefix of groups
// that bind to an adapter.
const (
	ExtraProject = "fleet.slipway.dev/project"
	ExtraAdapter = "fleet.slipway.dev/adapter"
	ExtraEmail   = "fleet.slipway.dev/email"
	GroupAdapter = "fleet.slipway.dev:adapter:"
	// ExtraAccessKey is the access key that a request was signed with. Nobody goes by it; it is for the audit log.
	ExtraAccessKey = "fleet.slipway.dev/access-key"

	// extraPlainEmail is what most issuers of tokens are configured to give.
	extraPlainEmail = "email"
)

// Names knows the names of objects; the index implements it.
type Names interface {
	// ObjectName returns metadata.name of an object, or empty if there is none.
	ObjectName(namespace string, ref hub.Ref) string
	// HasNamespace tells whether there is a namespace of that name.
	HasNamespace(name string) bool
}

// Accounts knows the annotations of ServiceAccounts.
type Accounts interface {
	// Annotations returns the annotations of a ServiceAccount, or nil if there is none of that name.
	Annotations(namespace, name string) map[string]string
}
