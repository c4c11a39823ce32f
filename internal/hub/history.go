package hub

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Operations implements FleetReader. The records are without fingerprints and, once they have ended, without conditions.
func (x *Index) Operations(_ context.Context, namespace string, cluster types.UID) ([]*fleetv1.Operation, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	x.mu.RLock()
	list := slices.Clone(x.joins.operations[key{namespace, string(cluster)}])
	x.mu.RUnlock()
	slices.SortFunc(list, func(a, b *fleetv1.Operation) int {
		return cmp.Or(cmp.Compare(a.Spec.Sequence, b.Spec.Sequence), strings.Compare(a.Name, b.Name))
	})
	return list, nil
}

func clusterOfOperation(o *fleetv1.Operation) key { return key{o.Namespace, o.Spec.Cluster.ID} }

// tellable tells whether reads show an Operation: those about Addons and forced deletions are for other eyes.
func tellable(o *fleetv1.Operation) bool {
	return o != nil && o.Spec.Target.Kind != fleetv1.KindAddon && o.Spec.Type != fleetv1.OperationForceDelete
}

// onlyTellable returns an Operation that reads show, else nil.
func onlyTellable(o *fleetv1.Operation) *fleetv1.Operation {
	if tellable(o) {
		return o
	}
	return nil
}

// slimOperation drops what no answer shows. There are many Operations: they stay for months.
func slimOperation(o *fleetv1.Operation) {
	if !tellable(o) {
		o.Spec.Cluster, o.Labels, o.Annotations, o.Status = fleetv1.OperationCluster{}, nil, nil, fleetv1.OperationStatus{}
	}
	o.Spec.Fingerprint = nil
	if o.Status.EndTime != nil {
		o.Status.Conditions = nil
	}
}
