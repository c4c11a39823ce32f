package installation

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// checkEvery is how long AwaitSound rests between two looks.
const checkEvery = 500 * time.Millisecond

// Installation is what a check looks at.
type Installation struct {
	// Client reads the management cluster. It must know the kinds of the fleet and Kubernetes' own.
	Client client.Client
	// Kinds lists the resources that are served in a group and version, as fleet.slipway.dev/v1alpha1.
	Kinds func(groupVersion string) ([]string, error)
	// Facade asks the facade for something through the API server: FacadePath.
	Facade func(ctx context.Context) error
	// Namespace is where manager and facade run.
	Namespace string
}

// Finding is the outcome of one check.
type Finding struct {
	// Subject is what was looked at.
	Subject string
	// Err says what is amiss and what to do about it; nil when nothing is.
	Err error
}

// Check looks at every part of the installation once.
func (i *Installation) Check(ctx context.Context) []Finding {
	return []Finding{
		{"kinds of the fleet are served", i.fleetKinds()},
		{"kinds of Flux are served", i.fluxKinds()},
		{"manager runs", i.deployment(ctx, "slipway-manager")},
		{"facade runs", i.deployment(ctx, "slipway-apiserver")},
		{"webhooks answer", i.webhooks(ctx)},
		{"API server takes the facade for available", i.apiService(ctx)},
		{"API server reaches the facade", i.facade(ctx)},
	}
}

// AwaitSound checks until all is well or the patience ends, and returns what it found last. Without patience it looks once.
func (i *Installation) AwaitSound(ctx context.Context, patience time.Duration) []Finding {
	findings := i.Check(ctx)
	// Whatever is amiss at the end stands in the findings.
	_ = wait.PollUntilContextTimeout(ctx, checkEvery, patience, false, func(ctx context.Context) (bool, error) {
		if !sound(findings) {
			findings = i.Check(ctx)
		}
		return sound(findings), nil
	})
	return findings
}

func sound(findings []Finding) bool {
	for _, finding := range findings {
		if finding.Err != nil {
			return false
		}
	}
	return true
}
