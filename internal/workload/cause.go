package workload

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// maxCause bounds what is taken over of one message of the cluster.
const maxCause = 320

// Cause says why a workload is not fine: what it says itself, else what the first of its pods in trouble waits for, else what
// the newest event about it says. claims are the namespace's. Without any of these it returns the bare state.
func Cause(w Workload, pods []corev1.Pod, claims []corev1.PersistentVolumeClaim, events []corev1.Event) string {
	state := w.State()
	if w.Refused != "" {
		return state + "; " + w.Refused
	}
	slices.SortFunc(pods, func(a, b corev1.Pod) int { return cmp.Compare(a.Name, b.Name) })
	for i := range pods {
		if trouble := podTrouble(&pods[i]); trouble != "" {
			return state + "; pod " + pods[i].Name + ": " + trouble + pendingClaims(&pods[i], claims)
		}
	}
	if len(pods) == 0 {
		if refused := refusal(events); refused != "" {
			return state + "; " + refused
		}
	}
	return state
}

// IsCause tells whether a text is one that Cause returned.
func IsCause(text string) bool {
	for _, kind := range []string{"Deployment ", "StatefulSet ", "DaemonSet ", "Job "} {
		if strings.HasPrefix(text, kind) {
			return true
		}
	}
	return false
}

// podTrouble says what keeps a pod from being ready, or nothing if it is ready or just starting.
func podTrouble(pod *corev1.Pod) string {
	if pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodSucceeded {
		return ""
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Message != "" {
			return unschedulable(c.Message)
		}
	}
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			if trouble := containerTrouble(&list[i]); trouble != "" {
				return "container " + list[i].Name + " " + trouble
			}
		}
	}
	if pod.Status.Phase == corev1.PodFailed {
		return strings.TrimSpace("failed " + pod.Status.Reason)
	}
	return unready(pod)
}

// unschedulable keeps the scheduler's reasons, and leaves out what it found about preemption, which repeats them.
func unschedulable(message string) string {
	message, _, _ = strings.Cut(message, " preemption:")
	return clip(message)
}

// containerTrouble says what keeps a container from running. The kubelet's words are taken over only where they hold nothing of
// the container's arguments or output, and without the times and counts that would change them at every look.
func containerTrouble(status *corev1.ContainerStatus) string {
	if waiting := status.State.Waiting; waiting != nil {
		switch waiting.Reason {
		case "ErrImagePull", "ImagePullBackOff", "ImageInspectError", "ErrImageNeverPull", "InvalidImageName", "RegistryUnavailable":
			return pullTrouble(status.Image, waiting.Message)
		case "CreateContainerConfigError":
			return "cannot be created: " + clip(waiting.Message)
		case "", "ContainerCreating", "PodInitializing":
		case "CrashLoopBackOff":
			return crashed(status)
		default:
			return "waits: " + waiting.Reason
		}
	}
	if ended := status.State.Terminated; ended != nil && ended.ExitCode != 0 {
		return crashed(status)
	}
	if last := status.LastTerminationState.Terminated; last != nil && last.ExitCode != 0 && !status.Ready {
		return crashed(status)
	}
	return ""
}

func pullTrouble(image, message string) string {
	text := fmt.Sprintf("cannot pull image %q", image)
	// Between attempts the kubelet says that it backs off, and repeats the error behind this word.
	if _, said, found := strings.Cut(message, "ErrImagePull: "); found {
		message = said
	}
	if message == "" || strings.HasPrefix(message, "Back-off") {
		return text
	}
	return text + ": " + clip(message)
}

// crashed tells how a container ended. Its last words are left out: they are a piece of its log.
func crashed(status *corev1.ContainerStatus) string {
	ended := status.State.Terminated
	if ended == nil {
		ended = status.LastTerminationState.Terminated
	}
	switch {
	case ended == nil:
		return "keeps crashing"
	case ended.Reason != "" && ended.Reason != "Error":
		return fmt.Sprintf("keeps crashing: %s (exit code %d)", ended.Reason, ended.ExitCode)
	default:
		return fmt.Sprintf("keeps crashing with exit code %d", ended.ExitCode)
	}
}

// unready names the containers that run and do not pass their readiness probe.
func unready(pod *corev1.Pod) string {
	var names []string
	for _, status := range pod.Status.ContainerStatuses {
		if status.State.Running != nil && !status.Ready {
			names = append(names, status.Name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		return "runs, but is not ready: container " + strings.Join(names, ", ")
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionFalse && pod.Status.Phase == corev1.PodRunning {
			return "runs, but counts as not ready, as the pods of a node do that did not answer"
		}
	}
	return ""
}

// pendingClaims names the claims of a pod that wait for a volume.
func pendingClaims(pod *corev1.Pod, claims []corev1.PersistentVolumeClaim) string {
	var names []string
	for _, volume := range pod.Spec.Volumes {
		if volume.PersistentVolumeClaim == nil {
			continue
		}
		for i := range claims {
			if claims[i].Name == volume.PersistentVolumeClaim.ClaimName && claims[i].Status.Phase == corev1.ClaimPending {
				names = append(names, claims[i].Name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "; PersistentVolumeClaim " + strings.Join(names, ", ") + " waits for a volume"
}

// refusal returns what the newest warning about the creation of pods says.
func refusal(events []corev1.Event) string {
	var newest *corev1.Event
	for i := range events {
		e := &events[i]
		if e.Type == corev1.EventTypeWarning && e.Reason == "FailedCreate" &&
			(newest == nil || newest.LastTimestamp.Before(&e.LastTimestamp)) {
			newest = e
		}
	}
	if newest == nil {
		return ""
	}
	return clip(newest.Message)
}

func clip(message string) string {
	runes := []rune(strings.Join(strings.Fields(message), " "))
	if len(runes) <= maxCause {
		return string(runes)
	}
	return string(runes[:maxCause-1]) + "…"
}
