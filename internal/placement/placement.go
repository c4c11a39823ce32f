package placement

import (
	"fmt"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// Wish is what a Cluster says about its Platform.
type Wish struct {
	// Named is spec.platformName.
	Named string
	// Namespace is the Cluster's namespace.
	Namespace string
	// Label is the value of the label fleet.slipway.dev/platform on that namespace.
	Label string
	// Deleting tells that the Cluster is being deleted. Such a Cluster gets no new Platform, and needs none.
	Deleting bool
}

// Choose returns the Platform that governs a Cluster, or nil and the reason why none does. For a Cluster that is being
// deleted both may be nil. A Platform on its way out still governs the Clusters that name it, and takes no new ones.
func Choose(wish Wish, platforms []fleetv1.Platform) (*fleetv1.Platform, *aggregate.Fault) {
	switch {
	case wish.Named != "":
		return named(wish, platforms)
	case wish.Deleting:
		return nil, nil
	case wish.Label != "":
		return labelled(wish, platforms)
	default:
		return byDefault(platforms)
	}
}

func named(wish Wish, platforms []fleetv1.Platform) (*fleetv1.Platform, *aggregate.Fault) {
	if platform := find(wish.Named, platforms); platform != nil || wish.Deleting {
		return platform, nil
	}
	return nil, notFound("Platform %s, which spec.platformName names, does not exist; ask an administrator to create it, "+
		"or delete this Cluster and create it on another", wish.Named)
}

func labelled(wish Wish, platforms []fleetv1.Platform) (*fleetv1.Platform, *aggregate.Fault) {
	platform := find(wish.Label, platforms)
	if platform == nil || !platform.DeletionTimestamp.IsZero() {
		return nil, notFound("Platform %s, which the label %s of namespace %s names, does not exist; correct the label, or set "+
			"spec.platformName", wish.Label, fleetv1.LabelPlatform, wish.Namespace)
	}
	return platform, nil
}

func byDefault(platforms []fleetv1.Platform) (*fleetv1.Platform, *aggregate.Fault) {
	var defaults []*fleetv1.Platform
	for i := range platforms {
		p := &platforms[i]
		if p.Annotations[fleetv1.AnnotationDefaultPlatform] == "true" && p.DeletionTimestamp.IsZero() {
			defaults = append(defaults, p)
		}
	}
	switch len(defaults) {
	case 0:
		return nil, notFound("No Platform is named and none is the default; set spec.platformName, label the namespace with "+
			"%s, or ask an administrator to annotate one Platform with %s=true",
			fleetv1.LabelPlatform, fleetv1.AnnotationDefaultPlatform)
	case 1:
		return defaults[0], nil
	default:
		return nil, notFound("No Platform is named and several are the default (%s); set spec.platformName, label the namespace "+
			"with %s, or ask an administrator to leave the annotation %s=true on one Platform only",
			names(defaults), fleetv1.LabelPlatform, fleetv1.AnnotationDefaultPlatform)
	}
}

func find(name string, platforms []fleetv1.Platform) *fleetv1.Platform {
	for i := range platforms {
		if platforms[i].Name == name {
			return &platforms[i]
		}
	}
	return nil
}

func names(platforms []*fleetv1.Platform) string {
	list := make([]string, 0, len(platforms))
	for _, p := range platforms {
		list = append(list, p.Name)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func notFound(format string, args ...any) *aggregate.Fault {
	return &aggregate.Fault{Reason: fleetv1.ReasonPlatformNotFound, Message: fmt.Sprintf(format, args...)}
}
