package addontemplate

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
	"github.com/slipway-dev/slipway/internal/conditions"
)

var usableGauge = &census.Gauge{
	Name: "addontemplate_usable", Labels: []string{"template"},
	Help: "Whether an AddonTemplate can be used: 1 if so, else 0.",
}

// templates tells how the AddonTemplates stand.
var templates = census.Census{
	Gauges: []*census.Gauge{usableGauge},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var list fleetv1.AddonTemplateList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			tally.SetBool(usableGauge, conditions.IsTrueNow(&list.Items[i], fleetv1.ConditionReady), list.Items[i].Name)
		}
		return nil
	},
}
