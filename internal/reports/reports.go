package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// About returns the reports about an object, sorted by adapter and name. What was reported about an earlier object of the same
// name is left out. An adapter comes twice where somebody made a report by hand under another name; the aggregation knows
// which of the two counts.
func About(ctx context.Context, reader client.Reader, kind string, target client.Object) ([]aggregate.AdapterReport, error) {
	var list fleetv1.AdapterStatusList
	err := reader.List(ctx, &list, client.InNamespace(target.GetNamespace()),
		client.MatchingFields{fleetv1.FieldTargetName: target.GetName()})
	if err != nil {
		return nil, fmt.Errorf("listing the reports about %s %s: %w", kind, client.ObjectKeyFromObject(target), err)
	}
	own := slices.DeleteFunc(list.Items, func(s fleetv1.AdapterStatus) bool {
		return !s.Spec.TargetRef.Means(kind, target.GetName(), target.GetUID())
	})
	slices.SortFunc(own, func(a, b fleetv1.AdapterStatus) int {
		return cmp.Or(cmp.Compare(a.Spec.Adapter, b.Spec.Adapter), cmp.Compare(a.Name, b.Name))
	})
	result := make([]aggregate.AdapterReport, 0, len(own))
	for i := range own {
		result = append(result, aggregate.AdapterReport{Adapter: own[i].Spec.Adapter, Report: own[i].Report})
	}
	return result, nil
}
