package kubelet

import (
	"context"
	"encoding/json"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// state returns what is known of a container; the lock must be held.
func (p *pod) state(name string) *containerState {
	if p.containers[name] == nil {
		p.containers[name] = &containerState{now: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}}
	}
	return p.containers[name]
}

// change changes what is known of a container, and has it told.
func (p *pod) change(name string, change func(*containerState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p.state(name))
	p.changed()
}

func (p *pod) waiting(name, reason, message string) {
	p.change(name, func(s *containerState) {
		s.now = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	})
}

func (p *pod) running(spec *corev1.Container, began metav1.Time, log string) {
	p.change(spec.Name, func(s *containerState) {
		s.now = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: began}}
		s.log = log
		s.started = spec.StartupProbe == nil
		s.ready = s.started && spec.ReadinessProbe == nil
	})
}

func (p *pod) terminated(name string, began metav1.Time, state *os.ProcessState) {
	code := exitCode(state)
	reason := "Completed"
	if code != 0 {
		reason = "Error"
	}
	p.change(name, func(s *containerState) {
		ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: int32(code), Reason: reason, StartedAt: began, FinishedAt: metav1.Now(),
		}}
		s.now, s.before = ended, ended
		s.restarts++
		s.started, s.ready = false, false
	})
}

// reportChanges tells the API of every change until ctx ends.
func (p *pod) reportChanges(ctx context.Context) {
	for {
		select {
		case <-p.dirty:
			if !p.report(ctx) && pause(ctx, retryEvery) {
				p.changed()
			}
		case <-ctx.Done():
			return
		}
	}
}

// report tells the API how the pod is, if that is news. It is false when it has to be tried again.
func (p *pod) report(ctx context.Context) bool {
	p.mu.Lock()
	object := p.object.Load()
	status := p.status(object)
	news := !equality.Semantic.DeepEqual(status, p.sent)
	p.mu.Unlock()
	if !news {
		return true
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": object.UID}, "status": status})
	if err != nil {
		return true // a status that cannot be encoded will not become one that can
	}
	_, err = p.kubelet.client.CoreV1().Pods(object.Namespace).Patch(ctx, object.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	if err == nil {
		p.mu.Lock()
		p.sent = status
		p.mu.Unlock()
	}
	return err == nil
}

// status is all that the kubelet has to say; the lock must be held.
func (p *pod) status(object *corev1.Pod) corev1.PodStatus {
	host := p.kubelet.addresses.node.cluster()
	status := corev1.PodStatus{
		HostIP: host, HostIPs: []corev1.HostIP{{IP: host}},
		PodIP: p.address.cluster(), PodIPs: []corev1.PodIP{{IP: p.address.cluster()}},
		StartTime: &p.since, QOSClass: object.Status.QOSClass,
		InitContainerStatuses: p.containerStatuses(object.Spec.InitContainers),
		ContainerStatuses:     p.containerStatuses(object.Spec.Containers),
	}
	for i, container := range status.InitContainerStatuses {
		// An init container is ready when it is done.
		status.InitContainerStatuses[i].Ready = succeeded([]corev1.ContainerStatus{container})
	}
	status.Phase = phase(object.Spec.RestartPolicy, status.InitContainerStatuses, status.ContainerStatuses)
	ready := status.Phase == corev1.PodRunning
	for _, container := range status.ContainerStatuses {
		ready = ready && container.Ready
	}
	status.Conditions = p.conditions(map[corev1.PodConditionType]bool{
		corev1.PodInitialized: succeeded(status.InitContainerStatuses), corev1.ContainersReady: ready, corev1.PodReady: ready,
	})
	return status
}

// conditions keep the time of their last transition.
func (p *pod) conditions(values map[corev1.PodConditionType]bool) []corev1.PodCondition {
	var conditions []corev1.PodCondition
	for _, kind := range []corev1.PodConditionType{corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		condition := corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, LastTransitionTime: metav1.Now()}
		if values[kind] {
			condition.Status = corev1.ConditionTrue
		}
		for _, sent := range p.sent.Conditions {
			if sent.Type == kind && sent.Status == condition.Status {
				condition.LastTransitionTime = sent.LastTransitionTime
			}
		}
		conditions = append(conditions, condition)
	}
	return conditions
}

func (p *pod) containerStatuses(containers []corev1.Container) []corev1.ContainerStatus {
	var statuses []corev1.ContainerStatus
	for i := range containers {
		state := p.state(containers[i].Name)
		status := corev1.ContainerStatus{
			Name: containers[i].Name, Image: containers[i].Image, ImageID: imageName(containers[i].Image),
			State: state.now, LastTerminationState: state.before, RestartCount: max(0, state.restarts-1),
			Ready: state.ready, Started: ptr.To(state.started), // a copy: what is sent must not change while it is encoded or compared
		}
		if state.now.Terminated != nil {
			status.LastTerminationState = corev1.ContainerState{}
		} else {
			status.RestartCount = state.restarts
		}
		if waiting := status.State.Waiting; waiting != nil && p.blocked != "" {
			status.State.Waiting = &corev1.ContainerStateWaiting{Reason: waiting.Reason, Message: p.blocked}
		}
		statuses = append(statuses, status)
	}
	return statuses
}

// phase sums up containers.
func phase(policy corev1.RestartPolicy, inits, containers []corev1.ContainerStatus) corev1.PodPhase {
	if !succeeded(inits) {
		if policy == corev1.RestartPolicyNever && failed(inits) {
			return corev1.PodFailed
		}
		return corev1.PodPending
	}
	ended, started := 0, false
	for _, container := range containers {
		if container.State.Terminated != nil {
			ended++
		}
		started = started || container.State.Running != nil || container.State.Terminated != nil || container.RestartCount > 0
	}
	switch {
	case ended < len(containers) && started:
		return corev1.PodRunning
	case ended < len(containers):
		return corev1.PodPending
	case policy == corev1.RestartPolicyAlways, policy == corev1.RestartPolicyOnFailure && failed(containers):
		return corev1.PodRunning // what ended is about to be started again
	case failed(containers):
		return corev1.PodFailed
	}
	return corev1.PodSucceeded
}

func succeeded(containers []corev1.ContainerStatus) bool {
	for _, container := range containers {
		if container.State.Terminated == nil || container.State.Terminated.ExitCode != 0 {
			return false
		}
	}
	return true
}

func failed(containers []corev1.ContainerStatus) bool {
	for _, container := range containers {
		if container.State.Terminated != nil && container.State.Terminated.ExitCode != 0 {
			return true
		}
	}
	return false
}
