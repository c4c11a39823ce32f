package workload

import (
	"cmp"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Workload is one object that runs pods, as far as its health goes.
type Workload struct {
	// Kind, Namespace and Name are the object's.
	Kind, Namespace, Name string
	// Wanted and Ready count its pods.
	Wanted, Ready int32
	// Selector selects its pods.
	Selector *metav1.LabelSelector
	// Refused is why the cluster does not let it make pods, where the object itself says so.
	Refused string
	// Failed is why it will make no further attempt; Jobs only.
	Failed string
	// rolling tells that its pods are not all of the present version, or that the cluster has not looked at that yet.
	rolling bool
}

// Fine tells whether all that is wanted is ready.
func (w Workload) Fine() bool { return w.Failed == "" && !w.rolling && w.Ready >= w.Wanted }

// String names the workload, for example "Deployment jupyterhub/hub".
func (w Workload) String() string { return w.Kind + " " + w.Namespace + "/" + w.Name }

// State says in one line how the workload is, without a cause.
func (w Workload) State() string {
	if w.Failed != "" {
		return fmt.Sprintf("%s failed: %s", w, w.Failed)
	}
	if w.rolling && w.Ready >= w.Wanted {
		return fmt.Sprintf("%s: the change is not rolled out to all of its replicas", w)
	}
	return fmt.Sprintf("%s: %d of %d replicas ready", w, w.Ready, w.Wanted)
}

// Deployment returns the health of a Deployment.
func Deployment(d *appsv1.Deployment) Workload {
	w := Workload{
		Kind: "Deployment", Namespace: d.Namespace, Name: d.Name, Wanted: wanted(d.Spec.Replicas), Ready: d.Status.ReadyReplicas,
		Selector: d.Spec.Selector,
	}
	w.rolling = d.Status.ObservedGeneration < d.Generation || d.Status.UpdatedReplicas < w.Wanted || d.Status.Replicas > d.Status.UpdatedReplicas
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue {
			w.Refused = clip(c.Message)
		}
	}
	return w
}

// StatefulSet returns the health of a StatefulSet.
func StatefulSet(s *appsv1.StatefulSet) Workload {
	w := Workload{
		Kind: "StatefulSet", Namespace: s.Namespace, Name: s.Name, Wanted: wanted(s.Spec.Replicas), Ready: s.Status.ReadyReplicas,
		Selector: s.Spec.Selector, rolling: s.Status.ObservedGeneration < s.Generation,
	}
	strategy := s.Spec.UpdateStrategy
	partial := strategy.RollingUpdate != nil && strategy.RollingUpdate.Partition != nil && *strategy.RollingUpdate.Partition > 0
	if strategy.Type != appsv1.OnDeleteStatefulSetStrategyType && !partial && s.Status.CurrentRevision != s.Status.UpdateRevision {
		w.rolling = w.rolling || s.Status.UpdatedReplicas < w.Wanted
	}
	return w
}

// DaemonSet returns the health of a DaemonSet: one pod on every node that it is meant for.
func DaemonSet(d *appsv1.DaemonSet) Workload {
	w := Workload{
		Kind: "DaemonSet", Namespace: d.Namespace, Name: d.Name, Wanted: d.Status.DesiredNumberScheduled, Ready: d.Status.NumberReady,
		Selector: d.Spec.Selector, rolling: d.Status.ObservedGeneration < d.Generation,
	}
	if d.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType {
		w.rolling = w.rolling || d.Status.UpdatedNumberScheduled < w.Wanted
	}
	return w
}

// Job returns the health of a Job. One that is under way is fine: it is nothing that stays.
func Job(j *batchv1.Job) Workload {
	w := Workload{Kind: "Job", Namespace: j.Namespace, Name: j.Name, Selector: j.Spec.Selector}
	for _, c := range j.Status.Conditions {
		if c.Type == batchv1.JobFailed && c.Status == corev1.ConditionTrue {
			w.Failed = c.Reason
		}
	}
	return w
}

func wanted(replicas *int32) int32 {
	if replicas == nil {
		return 1
	}
	return *replicas
}

// Health is how the workloads of a release are, taken together.
type Health struct {
	// Total and Fine count the workloads.
	Total, Fine int
	// Ready counts the pods of all of them that are ready.
	Ready int32
	// Troubled are those that are not fine, those that failed for good first, then by kind, namespace and name.
	Troubled []Workload
}

// Judge takes workloads together.
func Judge(list []Workload) Health {
	h := Health{Total: len(list)}
	for _, w := range list {
		h.Ready += w.Ready
		if w.Fine() {
			h.Fine++
		} else {
			h.Troubled = append(h.Troubled, w)
		}
	}
	slices.SortFunc(h.Troubled, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return h
}

func rank(w Workload) int {
	if w.Failed != "" {
		return 0
	}
	return 1
}

// AllFine tells whether every workload is fine.
func (h Health) AllFine() bool { return h.Fine == h.Total }

// Broken tells whether nothing of the release works: not one pod of it is ready. A release whose only trouble is a Job that
// failed has parts that work.
func (h Health) Broken() bool { return h.Total > 0 && h.Fine == 0 && h.Ready == 0 }
