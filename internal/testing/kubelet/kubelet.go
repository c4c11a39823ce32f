package kubelet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// stopGrace is how long processes may take to end when the kubelet itself ends.
const stopGrace = 10 * time.Second

// Options say what a kubelet is made of. All are required.
type Options struct {
	// Config reaches the control plane as an administrator.
	Config *rest.Config
	// NodeName is the name of the Node.
	NodeName string
	// Dir holds the files and logs of pods.
	Dir string
	// Images are the programs that stand for images, by the images' names without tags.
	Images map[string]Image
	// ClientCA is the authority of kube-apiserver's client certificate for kubelets, as PEM; ServerCertificate and ServerKey are
	// what the kubelet shows to it.
	ClientCA, ServerCertificate, ServerKey []byte
}

// Kubelet runs the pods of one node.
type Kubelet struct {
	options   Options
	client    kubernetes.Interface
	addresses addresses
	starter   *starter
	// server is where the kubelet answers kube-apiserver.
	server net.Listener

	// running ends the pods without deleting them; processes ends the thread that holds their lives.
	running, processes context.Context
	stopPods, kill     context.CancelFunc

	mu   sync.Mutex
	pods map[types.UID]*pod
	wait sync.WaitGroup
}

// Start registers the node and runs its pods until Stop.
func Start(ctx context.Context, options Options) (*Kubelet, error) {
	config := rest.CopyConfig(options.Config)
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("building the kubelet's client: %w", err)
	}
	k := &Kubelet{options: options, client: client, pods: map[types.UID]*pod{}}
	if k.server, err = k.addresses.claim(); err != nil {
		return nil, err
	}
	background := context.WithoutCancel(ctx)
	k.processes, k.kill = context.WithCancel(background)
	k.running, k.stopPods = context.WithCancel(background)
	k.starter = newStarter(k.processes)
	if err := errors.Join(k.serve(), k.register(ctx)); err != nil {
		return nil, errors.Join(err, k.Stop())
	}
	if err := k.watch(ctx); err != nil {
		return nil, errors.Join(err, k.Stop())
	}
	k.wait.Go(func() { k.heartbeat(k.running) })
	return k, nil
}

// Stop ends all processes. Pods and the node stay as objects, for whoever looks at what was.
func (k *Kubelet) Stop() error {
	k.stopPods()
	k.wait.Wait()
	k.kill()
	return k.server.Close()
}

// watch tells each pod of the node of its changes.
func (k *Kubelet) watch(ctx context.Context) error {
	factory := informers.NewSharedInformerFactoryWithOptions(k.client, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) {
		o.FieldSelector = fields.OneTermEqualSelector("spec.nodeName", k.options.NodeName).String()
	}))
	pods := factory.Core().V1().Pods().Informer()
	if _, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { k.observe(object) },
		UpdateFunc: func(_, object any) { k.observe(object) },
		DeleteFunc: func(object any) { k.forget(object) },
	}); err != nil {
		return fmt.Errorf("watching pods: %w", err)
	}
	factory.Start(k.running.Done())
	if !cache.WaitForCacheSync(ctx.Done(), pods.HasSynced) {
		return fmt.Errorf("waiting for the pods of the node: %w", ctx.Err())
	}
	return nil
}

// observe starts a pod that is new, and tells a pod that is known what has become of its object.
func (k *Kubelet) observe(object any) {
	seen, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.pods[seen.UID]; known != nil {
		known.observe(seen)
		return
	}
	if over(seen) && seen.DeletionTimestamp.IsZero() || k.running.Err() != nil {
		return
	}
	started := k.newPod(seen)
	k.pods[seen.UID] = started
	k.wait.Go(started.run)
}

// forget ends a pod whose object is gone, as when it was deleted by force.
func (k *Kubelet) forget(object any) {
	if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = tombstone.Obj
	}
	gone, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.pods[gone.UID]; known != nil {
		known.forced.Store(true)
		known.end()
		delete(k.pods, gone.UID)
	}
}

// find returns a pod of the node by its name.
func (k *Kubelet) find(namespace, name string) *pod {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, known := range k.pods {
		if object := known.object.Load(); object.Namespace == namespace && object.Name == name {
			return known
		}
	}
	return nil
}

// folder makes a folder below the kubelet's own.
func (k *Kubelet) folder(parts ...string) (string, error) {
	dir := filepath.Join(append([]string{k.options.Dir}, parts...)...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for pods: %w", err)
	}
	return dir, nil
}

// over reports whether a pod has come to its end.
func over(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}
