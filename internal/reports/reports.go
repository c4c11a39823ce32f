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

// About returns the reports about an object, sorted by adapter, one for each. What was reported about an earlier object of
// the same name is left out.
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
	return unique(own), nil
}

// unique keeps one report per adapter. Two exist only where somebody made one by hand under another name; then the one
// that looked at the newer generation, or looked later, counts.
func unique(list []fleetv1.AdapterStatus) []aggregate.AdapterReport {
	slices.SortFunc(list, func(a, b fleetv1.AdapterStatus) int {
		return cmp.Or(cmp.Compare(a.Spec.Adapter, b.Spec.Adapter), -compareAge(a.Report, b.Report), cmp.Compare(a.Name, b.Name))
	})
	list = slices.CompactFunc(list, func(a, b fleetv1.AdapterStatus) bool { return a.Spec.Adapter == b.Spec.Adapter })
	result := make([]aggregate.AdapterReport, 0, len(list))
	for i := range list {
		result = append(result, aggregate.AdapterReport{Adapter: list[i].Spec.Adapter, Report: list[i].Report})
	}
	return result
}

func compareAge(a, b *fleetv1.Report) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.ObservedGeneration, b.ObservedGeneration), a.ObservedTime.Compare(b.ObservedTime.Time))
}

// Adapters returns the names of the adapters that reported.
func Adapters(list []aggregate.AdapterReport) []string {
	names := make([]string, 0, len(list))
	for _, report := range list {
		names = append(names, report.Adapter)
	}
	return names
}
