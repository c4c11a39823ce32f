package workload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Nodes returns a short text that changes when pods may find a place that they did not find before: with the nodes, their
// labels, taints and room, and whether they are ready.
func Nodes(list []corev1.Node) string {
	sum := sha256.New()
	slices.SortFunc(list, func(a, b corev1.Node) int { return strings.Compare(a.Name, b.Name) })
	for i := range list {
		node := &list[i]
		ready := false
		for _, c := range node.Status.Conditions {
			ready = ready || c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue
		}
		// Keys of maps are sorted; what cannot be written, which is nothing here, would only count as unchanged.
		text, _ := json.Marshal([]any{node.Name, node.Labels, node.Spec.Taints, node.Spec.Unschedulable, node.Status.Allocatable, ready})
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:8]
}
