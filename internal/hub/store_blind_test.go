package hub_test

import (
	"context"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/hub"
)

// blind is the memory of a replica whose watch has stopped: it knows what it remembered of one Cluster, and what it wrote.
type blind struct {
	*hub.Index
	record  *hub.Record
	picture evaluate.Cluster
}

func (b *blind) remember(t *testing.T, f *tenant, record *hub.Record) {
	t.Helper()
	var err error
	b.record, err = b.Index.Get(t.Context(), f.namespace, ref(record))
	must(t, err)
	b.picture, _ = b.Index.Cluster(types.NamespacedName{Namespace: f.namespace, Name: record.Object.Name})
	b.Index = nil
}

func (b *blind) Get(context.Context, string, hub.Ref) (*hub.Record, error) { return b.record, nil }

func (b *blind) Cluster(types.NamespacedName) (evaluate.Cluster, bool) { return b.picture, true }

func (b *blind) NodePool(types.NamespacedName) (evaluate.NodePool, bool) {
	return evaluate.NodePool{}, false
}

func (b *blind) Placement(string) ([]fleetv1.Platform, evaluate.Namespace) {
	return b.picture.Platforms, b.picture.Namespace
}

// Apply takes over what this replica wrote, as an index does.
func (b *blind) Apply(object client.Object) {
	switch o := object.(type) {
	case *fleetv1.Cluster:
		b.picture.Object = o
	case *fleetv1.AdapterStatus:
		for i := range b.picture.Reports {
			if b.picture.Reports[i].Adapter == o.Spec.Adapter {
				b.picture.Reports[i].Report = o.Report
			}
		}
	}
}

func (b *blind) Remove(client.Object) {}
