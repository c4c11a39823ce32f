package evaluate

import (
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// circumstances are what, besides the Platform, decides which adapters an object needs.
type circumstances struct {
	// deleting tells that the object is being deleted.
	deleting bool
	// terminating tells that its namespace is, too.
	terminating bool
}

// required returns the adapters that have to report about an object of the kind. platform is nil where there is none.
//
// While the object is being deleted nobody is waited for who cannot answer. Without a Platform only the adapters count that
// reported before. In a terminating namespace an adapter without a report cannot create one; it never began, since adapters
// report before they do anything.
func required(platform *fleetv1.Platform, kind string, list []aggregate.AdapterReport, c circumstances) []string {
	if platform == nil {
		if c.deleting {
			return adapters(list)
		}
		return nil
	}
	required := platform.Required(kind)
	if !c.deleting || !c.terminating {
		return required
	}
	known := adapters(list)
	return slices.DeleteFunc(slices.Clone(required), func(name string) bool { return !slices.Contains(known, name) })
}

func adapters(list []aggregate.AdapterReport) []string {
	names := make([]string, 0, len(list))
	for _, report := range list {
		names = append(names, report.Adapter)
	}
	return names
}
