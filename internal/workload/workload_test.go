package workload

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "jupyterhub", Name: name, Generation: 2}
}

func deployment(name string, wanted, ready int32) Workload {
	return Deployment(&appsv1.Deployment{
		ObjectMeta: named(name), Spec: appsv1.DeploymentSpec{Replicas: &wanted},
		Status: appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: wanted, UpdatedReplicas: wanted, ReadyReplicas: ready},
	})
}

func TestFine(t *testing.T) {
	three := int32(3)
	failed := []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"}}
	for name, test := range map[string]struct {
		in    Workload
		fine  bool
		state string
	}{
		"all replicas of a Deployment":                 {deployment("hub", 2, 2), true, "Deployment jupyterhub/hub: 2 of 2 replicas ready"},
		"some replicas of a Deployment":                {deployment("hub", 2, 1), false, "Deployment jupyterhub/hub: 1 of 2 replicas ready"},
		"a Deployment that is scaled to none":          {deployment("hub", 0, 0), true, "Deployment jupyterhub/hub: 0 of 0 replicas ready"},
		"a Deployment that nobody looked at yet":       {Deployment(&appsv1.Deployment{ObjectMeta: named("hub"), Status: appsv1.DeploymentStatus{ObservedGeneration: 1, ReadyReplicas: 1}}), false, "Deployment jupyterhub/hub: the change is not rolled out to all of its replicas"},
		"a Deployment whose new pod does not come up":  {Deployment(&appsv1.Deployment{ObjectMeta: named("hub"), Status: appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 2, UpdatedReplicas: 1, ReadyReplicas: 1}}), false, "Deployment jupyterhub/hub: the change is not rolled out to all of its replicas"},
		"a StatefulSet whose pods are of two versions": {StatefulSet(&appsv1.StatefulSet{ObjectMeta: named("db"), Status: appsv1.StatefulSetStatus{ObservedGeneration: 2, ReadyReplicas: 1, CurrentRevision: "a", UpdateRevision: "b"}}), false, "StatefulSet jupyterhub/db: the change is not rolled out to all of its replicas"},
		"a StatefulSet that somebody else rolls out":   {StatefulSet(&appsv1.StatefulSet{ObjectMeta: named("db"), Spec: appsv1.StatefulSetSpec{UpdateStrategy: appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}}, Status: appsv1.StatefulSetStatus{ObservedGeneration: 2, ReadyReplicas: 1, CurrentRevision: "a", UpdateRevision: "b"}}), true, "StatefulSet jupyterhub/db: 1 of 1 replicas ready"},
		"a DaemonSet whose pods are of two versions":   {DaemonSet(&appsv1.DaemonSet{ObjectMeta: named("npd"), Status: appsv1.DaemonSetStatus{ObservedGeneration: 2, DesiredNumberScheduled: 2, UpdatedNumberScheduled: 1, NumberReady: 2}}), false, "DaemonSet jupyterhub/npd: the change is not rolled out to all of its replicas"},
		"a StatefulSet that lacks one":                 {StatefulSet(&appsv1.StatefulSet{ObjectMeta: named("db"), Spec: appsv1.StatefulSetSpec{Replicas: &three}, Status: appsv1.StatefulSetStatus{ObservedGeneration: 2, ReadyReplicas: 2}}), false, "StatefulSet jupyterhub/db: 2 of 3 replicas ready"},
		"a DaemonSet on all its nodes":                 {DaemonSet(&appsv1.DaemonSet{ObjectMeta: named("npd"), Status: appsv1.DaemonSetStatus{ObservedGeneration: 2, DesiredNumberScheduled: 2, UpdatedNumberScheduled: 2, NumberReady: 2}}), true, "DaemonSet jupyterhub/npd: 2 of 2 replicas ready"},
		"a Job that is under way":                      {Job(&batchv1.Job{ObjectMeta: named("init")}), true, "Job jupyterhub/init: 0 of 0 replicas ready"},
		"a Job that failed":                            {Job(&batchv1.Job{ObjectMeta: named("init"), Status: batchv1.JobStatus{Conditions: failed}}), false, "Job jupyterhub/init failed: BackoffLimitExceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.in.Fine() != test.fine || test.in.State() != test.state {
				t.Errorf("got %t, %q", test.in.Fine(), test.in.State())
			}
		})
	}
}

func TestJudge(t *testing.T) {
	job := Job(&batchv1.Job{ObjectMeta: named("init"), Status: batchv1.JobStatus{
		Conditions: []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue}}}})
	job.Failed = "DeadlineExceeded"
	h := Judge([]Workload{deployment("proxy", 1, 0), deployment("hub", 1, 0), deployment("web", 1, 1), job})
	var names []string
	for _, w := range h.Troubled {
		names = append(names, w.Name)
	}
	if diff := cmp.Diff([]string{"init", "hub", "proxy"}, names); diff != "" {
		t.Errorf("in trouble (-want +got):\n%s", diff)
	}
	if h.AllFine() || h.Broken() {
		t.Errorf("a release of which one part works: fine %t, broken %t", h.AllFine(), h.Broken())
	}
	if h := Judge([]Workload{deployment("hub", 1, 0)}); !h.Broken() {
		t.Error("a release of which nothing works is not broken")
	}
	if h := Judge([]Workload{deployment("hub", 3, 1)}); h.Broken() {
		t.Error("a release with one pod ready is broken")
	}
	if h := Judge(nil); h.Broken() || !h.AllFine() {
		t.Error("a release without workloads is not fine")
	}
}

func pod(name string, change func(*corev1.Pod)) corev1.Pod {
	p := corev1.Pod{ObjectMeta: named(name)}
	change(&p)
	return p
}

func waiting(reason, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{
			Name: "hub", Image: "example.com/hub:1", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
		}}
	}
}

func unscheduled(message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: message}}
	}
}

func TestCause(t *testing.T) {
	const none = "Deployment jupyterhub/hub: 0 of 1 replicas ready"
	hub := deployment("hub", 1, 0)
	refused := hub
	refused.Refused = `pods "hub-1" is forbidden: exceeded quota: small`
	pending := corev1.PersistentVolumeClaim{ObjectMeta: named("data")}
	pending.Status.Phase = corev1.ClaimPending
	ended := &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error", Message: "password hunter22 refused"}
	for name, test := range map[string]struct {
		in     Workload
		pods   []corev1.Pod
		claims []corev1.PersistentVolumeClaim
		events []corev1.Event
		want   string
	}{
		"nothing to see": {in: hub, want: none},
		"no node takes the pod": {
			in: hub, pods: []corev1.Pod{pod("hub-b", unscheduled("later")), pod("hub-a", unscheduled("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available"))},
			want: none + "; pod hub-a: 0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
		},
		"a claim waits for a volume": {
			in: hub, claims: []corev1.PersistentVolumeClaim{pending},
			pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				unscheduled("pod has unbound immediate PersistentVolumeClaims.")(p)
				p.Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
			})},
			want: none + "; pod hub-a: pod has unbound immediate PersistentVolumeClaims.; PersistentVolumeClaim data waits for a volume",
		},
		"an image that is not there": {
			in: hub, pods: []corev1.Pod{pod("hub-a", waiting("ErrImagePull", "example.com/hub:1: not found"))},
			want: none + `; pod hub-a: container hub cannot pull image "example.com/hub:1": example.com/hub:1: not found`,
		},
		"the same between two attempts": {
			in: hub, pods: []corev1.Pod{pod("hub-a", waiting("ImagePullBackOff", `Back-off pulling image "example.com/hub:1": ErrImagePull: example.com/hub:1: not found`))},
			want: none + `; pod hub-a: container hub cannot pull image "example.com/hub:1": example.com/hub:1: not found`,
		},
		"the same with a kubelet that says no more": {
			in: hub, pods: []corev1.Pod{pod("hub-a", waiting("ImagePullBackOff", `Back-off pulling image "example.com/hub:1"`))},
			want: none + `; pod hub-a: container hub cannot pull image "example.com/hub:1"`,
		},
		"a container that crashes, without its last words": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container")(p)
				p.Status.ContainerStatuses[0].LastTerminationState.Terminated = ended
			})},
			want: none + "; pod hub-a: container hub keeps crashing with exit code 1",
		},
		"the same while it runs once more": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{
					Name: "hub", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
					LastTerminationState: corev1.ContainerState{Terminated: ended},
				}}
			})},
			want: none + "; pod hub-a: container hub keeps crashing with exit code 1",
		},
		"a container that runs out of memory": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{
					Name: "hub", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}},
				}}
			})},
			want: none + "; pod hub-a: container hub keeps crashing: OOMKilled (exit code 137)",
		},
		"a Secret that is missing": {
			in: hub, pods: []corev1.Pod{pod("hub-a", waiting("CreateContainerConfigError", `secret "hub" not found`))},
			want: none + `; pod hub-a: container hub cannot be created: secret "hub" not found`,
		},
		"a command that cannot be run, without it": {
			in: hub, pods: []corev1.Pod{pod("hub-a", waiting("RunContainerError", `exec: "--password=hunter22": not found`))},
			want: none + "; pod hub-a: container hub waits: RunContainerError",
		},
		"a probe that fails": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "hub", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
			})},
			want: none + "; pod hub-a: runs, but is not ready: container hub",
		},
		"a pod whose node was lost for a while": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				p.Status.Phase = corev1.PodRunning
				p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse}}
				p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "hub", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
			})},
			want: none + "; pod hub-a: runs, but counts as not ready, as the pods of a node do that did not answer",
		},
		"an init container comes first": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) {
				waiting("PodInitializing", "")(p)
				p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "wait", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 2}}}}
			})},
			want: none + "; pod hub-a: container wait keeps crashing with exit code 2",
		},
		"a pod that just starts": {in: hub, pods: []corev1.Pod{pod("hub-a", waiting("ContainerCreating", ""))}, want: none},
		"a pod that was evicted": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) { p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted" })},
			want: none + "; pod hub-a: failed Evicted",
		},
		"a pod that goes says nothing": {
			in: hub, pods: []corev1.Pod{pod("hub-a", func(p *corev1.Pod) { unscheduled("no")(p); p.DeletionTimestamp = &metav1.Time{} })}, want: none,
		},
		"a quota": {in: refused, want: none + `; pods "hub-1" is forbidden: exceeded quota: small`},
		"a quota that only an event tells of": {
			in: hub, events: []corev1.Event{
				{Type: "Warning", Reason: "FailedCreate", Message: "exceeded quota: small"},
				{Type: "Normal", Reason: "FailedCreate", Message: "not this"},
			},
			want: none + "; exceeded quota: small",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Cause(test.in, test.pods, test.claims, test.events)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !IsCause(got) {
				t.Errorf("%q is not taken for a cause", got)
			}
		})
	}
	if IsCause("Helm install failed") {
		t.Error("Helm's words are taken for a cause")
	}
}

func TestNodes(t *testing.T) {
	node := func(name string, label string) corev1.Node {
		return corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: name + label, Labels: map[string]string{"zone": label}}}
	}
	first := Nodes([]corev1.Node{node("a", "1"), node("b", "1")})
	if again := Nodes([]corev1.Node{node("b", "1"), node("a", "1")}); again != first {
		t.Error("the order of the nodes matters")
	}
	if labelled := Nodes([]corev1.Node{node("a", "2"), node("b", "1")}); labelled == first {
		t.Error("a label does not matter")
	}
	beat := node("a", "1")
	beat.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionFalse, LastHeartbeatTime: metav1.Now()}}
	if Nodes([]corev1.Node{beat, node("b", "1")}) != first {
		t.Error("a heartbeat matters")
	}
}
