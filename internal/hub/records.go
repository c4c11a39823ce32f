package hub

import (
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
)

// idOf returns the id of an object: its label, else its UID, which is what the label will be.
func idOf(object metav1.Object) types.UID {
	if id := object.GetLabels()[fleetv1.LabelID]; id != "" {
		return types.UID(id)
	}
	return object.GetUID()
}

// clusterRecord makes the record of a Cluster of what is known now.
func (x *Index) clusterRecord(cluster *fleetv1.Cluster) *Record {
	r := &Record{Kind: fleetv1.KindCluster, ID: idOf(cluster), Name: cluster.Name, Object: &cluster.ObjectMeta, Cluster: cluster}
	r.Reports = shownReports(cluster.Generation, x.statusesAbout(r.Kind, cluster))
	stored := cluster.Status.Conditions
	if !current(cluster.Generation, stored) {
		status, _ := x.clusterPicture(cluster).Status(reference(r))
		stored = status.Conditions
	}
	r.Conditions = x.shown(r, stored, x.childless(cluster).Required())
	return r
}

// poolRecord makes the record of a NodePool of what is known now.
func (x *Index) poolRecord(pool *fleetv1.NodePool) *Record {
	r := &Record{Kind: fleetv1.KindNodePool, ID: idOf(pool), Name: pool.Pool(), Object: &pool.ObjectMeta, NodePool: pool}
	picture := x.alone(pool)
	if picture.Cluster != nil {
		r.Owner = idOf(picture.Cluster)
	}
	r.Reports = shownReports(pool.Generation, x.statusesAbout(r.Kind, pool))
	stored := pool.Status.Conditions
	if !current(pool.Generation, stored) {
		status, _ := x.poolPicture(pool).Status(reference(r))
		stored = status.Conditions
	}
	r.Conditions = x.shown(r, stored, picture.Required())
	return r
}

// shown returns the conditions that a record shows.
func (x *Index) shown(r *Record, stored []metav1.Condition, required []string) []Condition {
	return append(synthesized(r, stored, required), adapterConditions(r, stored, x.conditionType)...)
}

// conditionType is aggregate.ConditionType, with one string for each adapter.
func (x *Index) conditionType(adapter string) string {
	made, known := x.types[adapter]
	if !known {
		made = aggregate.ConditionType(adapter)
		x.types[adapter] = made
	}
	return made
}

// shownReports returns one AdapterStatus for each adapter that reported, newest first by the adapter's first report, then by
// adapter. Should an adapter come twice, because somebody made a report by hand under another name, then the one is shown that
// the aggregation counts: the newest up to the object's generation.
func shownReports(generation int64, statuses []*fleetv1.AdapterStatus) []*fleetv1.AdapterStatus {
	reports := slices.DeleteFunc(statuses, func(s *fleetv1.AdapterStatus) bool { return s.Report == nil })
	slices.SortFunc(reports, func(a, b *fleetv1.AdapterStatus) int {
		return cmp.Or(
			cmp.Compare(a.Spec.Adapter, b.Spec.Adapter),
			compareBool(a.Report.ObservedGeneration > generation, b.Report.ObservedGeneration > generation),
			cmp.Compare(b.Report.ObservedGeneration, a.Report.ObservedGeneration),
			b.Report.ObservedTime.Compare(a.Report.ObservedTime.Time),
			cmp.Compare(a.Name, b.Name),
		)
	})
	reports = slices.CompactFunc(reports, func(a, b *fleetv1.AdapterStatus) bool { return a.Spec.Adapter == b.Spec.Adapter })
	slices.SortStableFunc(reports, func(a, b *fleetv1.AdapterStatus) int {
		return firstReported(b.Report).Compare(firstReported(a.Report).Time)
	})
	return slices.Clip(reports)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// firstReported returns when the adapter first reported.
func firstReported(report *fleetv1.Report) metav1.MicroTime {
	if report.CreatedTime != nil {
		return *report.CreatedTime
	}
	return report.ObservedTime
}

// sameAs tells whether two records show the same.
func (r *Record) sameAs(other *Record) bool {
	return r.Object == other.Object && r.ID == other.ID && r.Owner == other.Owner &&
		slices.Equal(r.Reports, other.Reports) && slices.EqualFunc(r.Conditions, other.Conditions, sameCondition)
}

func sameCondition(a, b Condition) bool {
	return a.Type == b.Type && a.Status == b.Status && a.Reason == b.Reason && a.Message == b.Message &&
		a.ObservedGeneration == b.ObservedGeneration && a.LastTransitionTime.Equal(&b.LastTransitionTime) &&
		a.Created.Equal(&b.Created) && a.Updated.Equal(&b.Updated) && a.Transitioned.Equal(&b.Transitioned)
}
