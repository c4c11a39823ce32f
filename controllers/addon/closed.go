package addon

import (
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// recheckClosed is how often it is tried whether a namespace is open by now: who is bound where is not watched.
const recheckClosed = 15 * time.Second

// unlessClosed makes a hold of an error that says that the manager may not use the Secrets and ConfigMaps of the Addon's namespace.
// Every other error stays what it is.
func unlessClosed(addon *fleetv1.Addon, err error) error {
	if !namespaces.Closed(err) {
		return err
	}
	return wait(fleetv1.ReasonNamespaceNotOpen, "%s", namespaces.Remedy(err, addon.Namespace, namespaces.ManagerRole))
}
