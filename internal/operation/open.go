package operation

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Waits tells whether there is something to record that cannot be yet: the Cluster of the object does not exist, and nobody can
// tell whose history it is.
func Waits(records []*fleetv1.Operation, s Sight) bool {
	return s.Cluster == nil && !s.deleted() && newest(records, s.Object.GetUID()) == nil
}

// open returns the record that a sight calls for besides those there are, or nil. It lacks its name and sequence, and its id where
// nobody asked for one.
func open(records []*fleetv1.Operation, s Sight) *fleetv1.Operation {
	last := newest(records, s.Object.GetUID())
	if last != nil && (last.Spec.Generation >= s.generation() || removes(last.Spec.Type)) {
		return nil
	}
	task := s.task(last)
	if task == "" {
		return nil
	}
	cluster, known := s.cluster(last)
	if !known {
		return nil
	}
	kind, _ := KindOf(s.Object)
	record := &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: s.Object.GetNamespace(),
			Labels:    map[string]string{fleetv1.LabelCluster: cluster.Name},
		},
		Spec: fleetv1.OperationSpec{
			Type: task,
			Target: fleetv1.OperationTarget{
				Kind: kind, ID: IDOf(s.Object), Name: s.Object.GetName(), UID: s.Object.GetUID(),
			},
			Cluster: cluster, Generation: s.generation(), Fingerprint: Fingerprint(s.Object), StartTime: s.Time,
		},
	}
	if pool, ok := s.Object.(*fleetv1.NodePool); ok && len(pool.Pool()) <= validation.LabelValueMaxLength {
		record.Labels[fleetv1.LabelNodePool] = pool.Pool() // clients know it by this name, also when it is gone
	}
	if request := s.request(); request != nil {
		record.Labels[fleetv1.LabelID] = request.ID
	}
	SetState(record, fleetv1.OperationInProgress, string(fleetv1.OperationInProgress), "", s.Time)
	return record
}

// newest returns the record of the latest generation of an object, forced deletions apart.
func newest(records []*fleetv1.Operation, uid types.UID) *fleetv1.Operation {
	var last *fleetv1.Operation
	for _, record := range records {
		if record.Spec.Target.UID != uid || record.Spec.Type == fleetv1.OperationForceDelete {
			continue
		}
		if last == nil || record.Spec.Generation > last.Spec.Generation {
			last = record
		}
	}
	return last
}

// cluster names the Cluster whose history the object is part of. A child may outlive the Cluster that its records name.
func (s Sight) cluster(last *fleetv1.Operation) (fleetv1.OperationCluster, bool) {
	switch {
	case s.Cluster != nil:
		return fleetv1.OperationCluster{ID: IDOf(s.Cluster), Name: s.Cluster.Name}, true
	case last != nil:
		return last.Spec.Cluster, true
	}
	return fleetv1.OperationCluster{}, false
}

// task returns the type of the task that the generation is, empty if it is none. last is the record of the generation before.
func (s Sight) task(last *fleetv1.Operation) string {
	kind, _ := KindOf(s.Object)
	on, first := tasksOn[kind], last == nil && s.Object.GetGeneration() == 1
	changed := s.Before != nil && s.Before.GetGeneration() < s.Object.GetGeneration()
	switch {
	case s.deleted() && s.withCluster():
		return ""
	case s.deleted():
		return on.remove
	case last == nil && !s.New && !changed && s.handled():
		return "" // it was there before there were records, or they are gone
	case first && s.firstWorkers():
		return ""
	case s.request() != nil:
		return s.request().Type
	case first:
		return on.create
	case changed:
		return s.change(kind, s.Before.GetGeneration(), Fingerprint(s.Before))
	case last != nil:
		return s.change(kind, last.Spec.Generation, last.Spec.Fingerprint)
	case s.provisioned():
		return on.update
	case s.firstWorkers():
		return ""
	}
	return on.create
}

// change returns the type of the task that led here from an earlier generation. One step that changed nothing is none.
func (s Sight) change(kind string, generation int64, before map[string]string) string {
	task := Change(kind, before, Fingerprint(s.Object))
	if task == "" && s.Object.GetGeneration() > generation+1 {
		return tasksOn[kind].update
	}
	return task
}
