package platform

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
	"github.com/slipway-dev/slipway/internal/conditions"
)

var (
	usable = &census.Gauge{
		Name: "platform_usable", Labels: []string{"platform"},
		Help: "Whether a Platform can be used: 1 if so, else 0.",
	}
	heartbeat = &census.Gauge{
		Name: "platform_heartbeat_seconds", Labels: []string{"platform"},
		Help: "How often adapters repeat an unchanged report, by Platform.",
	}
	deadline = &census.Gauge{
		Name: "platform_operation_deadline_seconds", Labels: []string{"platform"},
		Help: "After how long without success a target counts as stalled, by Platform.",
	}
	missing = &census.Gauge{
		Name: "reports_missing", Labels: []string{"platform", "kind", "adapter"},
		Help: "How many targets lack a report of a required adapter at their present generation, by Platform, kind and adapter.",
	}
	age = &census.Gauge{
		Name: "report_age_seconds", Labels: []string{"platform", "kind", "adapter"},
		Help: "How old the oldest report of a required adapter is, by Platform, kind of the target and adapter.",
	}
)

// platforms tells how the Platforms stand, and how well the adapters that they require report. Targets that are suspended or being
// deleted are left out: adapters need not report about the ones, and about the others no more than once.
var platforms = census.Census{
	Gauges: []*census.Gauge{usable, heartbeat, deadline, missing, age},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var platforms fleetv1.PlatformList
		if err := reader.List(ctx, &platforms, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		known := map[string]*fleetv1.Platform{}
		for i := range platforms.Items {
			platform := &platforms.Items[i]
			known[platform.Name] = platform
			tally.SetBool(usable, conditions.IsTrueNow(platform, fleetv1.ConditionReady), platform.Name)
			if period := platform.Spec.HeartbeatPeriod; period != nil {
				tally.Set(heartbeat, period.Seconds(), platform.Name)
			}
			if period := platform.Spec.OperationDeadline; period != nil {
				tally.Set(deadline, period.Seconds(), platform.Name)
			}
		}
		told, err := reported(ctx, reader)
		if err != nil {
			return err
		}
		return required(ctx, reader, known, func(platform, kind, adapter string, target client.Object) {
			report := told.about(kind, adapter, target)
			if report == nil || report.ObservedGeneration < target.GetGeneration() {
				tally.Count(missing, platform, kind, adapter)
			}
			if report != nil {
				tally.Age(age, report.ObservedTime.Time, platform, kind, adapter)
			}
		})
	},
}
