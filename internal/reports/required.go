package reports

import (
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// Circumstances are what, besides the Platform, decides which adapters an object needs.
type Circumstances struct {
	// Deleting tells that the object is being deleted.
	Deleting bool
	// Terminating tells that its namespace is, too.
	Terminating bool
}

// Required returns the adapters that have to report about an object of the kind. platform is nil where there is none.
//
// While the object is being deleted nobody is waited for who cannot answer. Without a Platform only the adapters count that
// reported before. In a terminating namespace an adapter without a report cannot create one; it never began, since adapters
// report before they do anything.
func Required(platform *fleetv1.Platform, kind string, list []aggregate.AdapterReport, c Circumstances) []string {
	if platform == nil {
		if c.Deleting {
			return Adapters(list)
		}
		return nil
	}
	required := platform.Required(kind)
	if !c.Deleting || !c.Terminating {
		return required
	}
	known := Adapters(list)
	return slices.DeleteFunc(slices.Clone(required), func(name string) bool { return !slices.Contains(known, name) })
}
