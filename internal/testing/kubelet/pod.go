package kubelet

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const (
	// refreshEvery is how often the files of volumes are brought up to date.
	refreshEvery = 5 * time.Second
	// retryEvery is how long a pod rests that cannot start yet, for want of a Secret for example.
	retryEvery = time.Second
)

// pod runs one Pod, from its first container's start to its last one's end.
type pod struct {
	kubelet *Kubelet
	object  atomic.Pointer[corev1.Pod] // as last seen
	address address
	volumes volumes

	// living ends when the pod has to end; grace is then how long its processes may take.
	living context.Context
	end    context.CancelFunc
	// forced: the object is gone already, so nothing is left to wait for.
	forced atomic.Bool

	mu         sync.Mutex // guards what follows
	containers map[string]*containerState
	blocked    string           // why no container can be started
	sent       corev1.PodStatus // what the API was told last
	since      metav1.Time      // when the pod was first seen
	dirty      chan struct{}
}

func (k *Kubelet) newPod(object *corev1.Pod) *pod {
	p := &pod{kubelet: k, containers: map[string]*containerState{}, since: metav1.Now(), dirty: make(chan struct{}, 1)}
	p.living, p.end = context.WithCancel(k.running)
	p.observe(object)
	return p
}

// observe takes notice of a change of the object.
func (p *pod) observe(object *corev1.Pod) {
	p.object.Store(object)
	if !object.DeletionTimestamp.IsZero() {
		p.end()
	}
}

// run is the pod's life.
func (p *pod) run() {
	defer p.end()
	var err error
	if p.address, err = p.kubelet.addresses.take(); err != nil {
		p.block(err)
		return
	}
	defer p.kubelet.addresses.giveBack(p.address)

	telling, told := context.WithCancel(p.kubelet.processes)
	var reporter sync.WaitGroup
	reporter.Go(func() { p.reportChanges(telling) })
	p.changed()
	p.runContainers()
	told()
	reporter.Wait()

	// Deleting needs a context that outlives the kubelet's running, or its end would leave a status that nobody corrects.
	ctx, cancel := context.WithTimeout(p.kubelet.processes, stopGrace)
	defer cancel()
	p.report(ctx)
	p.awaitDeletion(ctx)
}

// runContainers returns when all containers have ended for good.
func (p *pod) runContainers() {
	if !p.prepare() {
		return
	}
	var refreshing sync.WaitGroup
	ctx, cancel := context.WithCancel(p.living)
	refreshing.Go(func() { p.refreshVolumes(ctx) })
	defer refreshing.Wait()
	defer cancel()

	spec := p.object.Load().Spec
	for i := range spec.InitContainers {
		if !p.runContainer(&spec.InitContainers[i], initPolicy(spec.RestartPolicy)) {
			return
		}
	}
	var all sync.WaitGroup
	for i := range spec.Containers {
		all.Go(func() { p.runContainer(&spec.Containers[i], spec.RestartPolicy) })
	}
	all.Wait()
}

// initPolicy is when an init container is run again: until it succeeds, unless nothing is ever run again.
func initPolicy(policy corev1.RestartPolicy) corev1.RestartPolicy {
	if policy == corev1.RestartPolicyNever {
		return policy
	}
	return corev1.RestartPolicyOnFailure
}

// prepare makes the files of the volumes, as soon as what they are made of is there. It is false when the pod ended before.
func (p *pod) prepare() bool {
	for {
		err := p.makeVolumes(p.living)
		if err == nil {
			p.block(nil)
			return true
		}
		p.block(err)
		if !pause(p.living, retryEvery) {
			return false
		}
	}
}

// refreshVolumes follows the objects that volumes are made of.
func (p *pod) refreshVolumes(ctx context.Context) {
	for pause(ctx, refreshEvery) {
		_ = p.makeVolumes(ctx) // what is there stays as it is, and the next look comes soon
	}
}

// awaitDeletion takes the object away if somebody asked for it, now or later: what has ended by itself stays until then.
func (p *pod) awaitDeletion(ctx context.Context) {
	object := p.object.Load()
	if object.DeletionTimestamp.IsZero() {
		<-p.living.Done()
		if object = p.object.Load(); object.DeletionTimestamp.IsZero() {
			return
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(p.kubelet.processes, stopGrace)
		defer cancel()
	}
	// Deletion for good, of this very pod. An error means that it is gone, or that the control plane is.
	_ = p.kubelet.client.CoreV1().Pods(object.Namespace).Delete(ctx, object.Name, metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To[int64](0), Preconditions: metav1.NewUIDPreconditions(string(object.UID)),
	})
}

// grace is how long processes may take to end.
func (p *pod) grace() time.Duration {
	object := p.object.Load()
	switch {
	case p.forced.Load():
		return 0
	case p.kubelet.running.Err() != nil:
		return stopGrace
	}
	for _, seconds := range []*int64{object.DeletionGracePeriodSeconds, object.Spec.TerminationGracePeriodSeconds} {
		if seconds != nil {
			return time.Duration(*seconds) * time.Second
		}
	}
	return corev1.DefaultTerminationGracePeriodSeconds * time.Second
}

// block says why no container can be started; nil, that it can.
func (p *pod) block(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blocked = ""
	if err != nil {
		p.blocked = err.Error()
	}
	p.changed()
}

// changed wakes the reporter.
func (p *pod) changed() {
	select {
	case p.dirty <- struct{}{}:
	default: // it is awake
	}
}

// dir is the pod's own folder.
func (p *pod) dir(parts ...string) (string, error) {
	object := p.object.Load()
	name := fmt.Sprintf("%s_%s_%s", object.Namespace, object.Name, object.UID)
	return p.kubelet.folder(append([]string{"pods", name}, filepath.Join(parts...))...)
}

// pause waits, and is false when ctx ended before.
func pause(ctx context.Context, duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
