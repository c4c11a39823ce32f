package kubelet

import (
	"context"
	"fmt"
	"runtime"
	"strconv"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const (
	// heartbeatEvery is how often the node says that it lives; after four times that it counts as lost.
	heartbeatEvery = 10 * time.Second
	leaseSeconds   = 40
)

// register makes the Node, or takes over the one that an earlier run left.
func (k *Kubelet) register(ctx context.Context) error {
	node := k.node()
	nodes := k.client.CoreV1().Nodes()
	_, err := nodes.Create(ctx, node, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		if err = nodes.Delete(ctx, node.Name, metav1.DeleteOptions{}); err == nil {
			_, err = nodes.Create(ctx, node, metav1.CreateOptions{})
		}
	}
	if err != nil {
		return fmt.Errorf("registering node %s: %w", node.Name, err)
	}
	return k.renew(ctx)
}

func (k *Kubelet) node() *corev1.Node {
	resources := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("64"), corev1.ResourceMemory: resource.MustParse("256Gi"), corev1.ResourcePods: resource.MustParse(strconv.Itoa(lastPod)),
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: k.options.NodeName, Labels: map[string]string{
			corev1.LabelHostname: k.options.NodeName, corev1.LabelOSStable: "linux", corev1.LabelArchStable: runtime.GOARCH,
		}},
		Status: corev1.NodeStatus{
			Capacity: resources, Allocatable: resources,
			// Nothing but this: kube-apiserver would look for the kubelet at the host name first, which nobody resolves.
			Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: k.addresses.node.cluster()}},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: kubeletPort}},
			Conditions: []corev1.NodeCondition{{
				Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", Message: "pods run as processes",
				LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now(),
			}},
			NodeInfo: corev1.NodeSystemInfo{OperatingSystem: "linux", Architecture: runtime.GOARCH, KubeletVersion: "v0.0.0-processes"},
		},
	}
}

// heartbeat renews the node's lease until ctx ends.
func (k *Kubelet) heartbeat(ctx context.Context) {
	ticker := time.NewTicker(heartbeatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = k.renew(ctx) // the next one comes soon, and four may be lost
		case <-ctx.Done():
			return
		}
	}
}

func (k *Kubelet) renew(ctx context.Context) error {
	leases := k.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	lease, err := leases.Get(ctx, k.options.NodeName, metav1.GetOptions{})
	now := ptr.To(metav1.NowMicro())
	switch {
	case apierrors.IsNotFound(err):
		_, err = leases.Create(ctx, &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: k.options.NodeName},
			Spec:       coordinationv1.LeaseSpec{HolderIdentity: &k.options.NodeName, LeaseDurationSeconds: ptr.To[int32](leaseSeconds), RenewTime: now},
		}, metav1.CreateOptions{})
	case err == nil:
		lease.Spec.RenewTime = now
		_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	}
	if err != nil {
		return fmt.Errorf("renewing the lease of node %s: %w", k.options.NodeName, err)
	}
	return nil
}
