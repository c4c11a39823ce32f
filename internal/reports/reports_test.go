package reports_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/reports"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// listing is a reader that lists what it holds, whatever is asked for.
type listing struct {
	client.Reader
	items []*fleetv1.AdapterStatus
}

func (l listing) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	statuses := list.(*fleetv1.AdapterStatusList)
	for _, item := range l.items {
		statuses.Items = append(statuses.Items, *item)
	}
	return nil
}

func TestAbout(t *testing.T) {
	cluster := fixture.Cluster("ns", "sample")
	cluster.UID, cluster.Generation = "uid", 7
	named := func(name string) fixture.Option[*fleetv1.AdapterStatus] {
		return func(s *fleetv1.AdapterStatus) { s.Name = name }
	}
	report := func(adapter string, options ...fixture.Option[*fleetv1.AdapterStatus]) *fleetv1.AdapterStatus {
		return fixture.AdapterStatus(cluster, adapter, options...)
	}
	type heard struct {
		Adapter    string
		Generation int64
	}
	for name, tc := range map[string]struct {
		stored []*fleetv1.AdapterStatus
		want   []heard
	}{
		"reports come sorted by adapter": {
			stored: []*fleetv1.AdapterStatus{report("infra", fixture.At(2)), report("dns", fixture.At(3))},
			want:   []heard{{Adapter: "dns", Generation: 3}, {Adapter: "infra", Generation: 2}},
		},
		"a report about an earlier object of the name is left out": {
			stored: []*fleetv1.AdapterStatus{report("infra", fixture.OfUID("other")), report("dns", fixture.OfUID(""), fixture.At(1))},
			want:   []heard{{Adapter: "dns", Generation: 1}},
		},
		"a report about another kind of the name is left out": {
			stored: []*fleetv1.AdapterStatus{report("infra", func(s *fleetv1.AdapterStatus) { s.Spec.TargetRef.Kind = fleetv1.KindNodePool })},
		},
		"two by one adapter come by name, also one that says nothing": {
			stored: []*fleetv1.AdapterStatus{report("infra", fixture.At(2), named("b")), report("infra", fixture.Silent(), named("a"))},
			want:   []heard{{Adapter: "infra"}, {Adapter: "infra", Generation: 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := reports.About(t.Context(), listing{items: tc.stored}, fleetv1.KindCluster, cluster)
			if err != nil {
				t.Fatal(err)
			}
			var got []heard
			for _, r := range list {
				h := heard{Adapter: r.Adapter}
				if r.Report != nil {
					h.Generation = r.Report.ObservedGeneration
				}
				got = append(got, h)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
}
