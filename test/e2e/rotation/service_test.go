//go:build e2e

package rotation

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// balance does what a Service does: each connection to the port that it returns goes to the next of some addresses.
func balance(ctx context.Context, backends []string) int {
	GinkgoHelper()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(listener.Close)
	var turn atomic.Uint64
	go func() {
		for {
			front, err := listener.Accept()
			if err != nil {
				return // it was closed
			}
			go forward(front, backends[turn.Add(1)%uint64(len(backends))])
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// forward joins a connection with one to an address.
func forward(front net.Conn, address string) {
	defer front.Close()
	back, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer back.Close()
	go func() {
		defer back.Close()
		_, _ = io.Copy(back, front)
	}()
	_, _ = io.Copy(front, back)
}

// service makes a Service that leads to this machine: the API server goes to the port that it is told, under the Service's name.
func service(ctx context.Context, name string) {
	GinkgoHelper()
	Expect(hub.Client.Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: name},
		Spec:       corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"},
	})).To(Succeed())
}

// direct points the webhooks and the APIService to ports of this machine. The manager is not told: nothing but the port changes.
func direct(ctx context.Context, webhooks, facades int) {
	GinkgoHelper()
	kubectl(ctx, "apply", "--server-side", "-f", "config/webhook/manifests.yaml", "-f", "config/webhook/access_key.yaml",
		"-f", "config/apiserver/apiservice.yaml")
	port := int32(webhooks)
	for _, name := range []string{"slipway", "slipway-access-key"} {
		configuration := &admissionv1.ValidatingWebhookConfiguration{}
		Expect(hub.Client.Get(ctx, client.ObjectKey{Name: name}, configuration)).To(Succeed())
		before := configuration.DeepCopy()
		for i := range configuration.Webhooks {
			configuration.Webhooks[i].ClientConfig.Service.Port = &port
		}
		Expect(hub.Client.Patch(ctx, configuration, client.StrategicMergeFrom(before))).To(Succeed())
	}
	configuration := &admissionv1.MutatingWebhookConfiguration{}
	Expect(hub.Client.Get(ctx, client.ObjectKey{Name: "slipway"}, configuration)).To(Succeed())
	before := configuration.DeepCopy()
	for i := range configuration.Webhooks {
		configuration.Webhooks[i].ClientConfig.Service.Port = &port
		// What goes wrong must not be passed over.
		fail := admissionv1.Fail
		configuration.Webhooks[i].FailurePolicy = &fail
	}
	Expect(hub.Client.Patch(ctx, configuration, client.StrategicMergeFrom(before))).To(Succeed())
	aggregated := &unstructured.Unstructured{}
	aggregated.SetAPIVersion("apiregistration.k8s.io/v1")
	aggregated.SetKind("APIService")
	aggregated.SetName("v1alpha1.rest.slipway.dev")
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"service": map[string]any{"port": facades}}})
	Expect(err).NotTo(HaveOccurred())
	Expect(hub.Client.Patch(ctx, aggregated, client.RawPatch(types.MergePatchType, patch))).To(Succeed())
}

// healthy waits until a manager says that it is ready.
func healthy(ctx context.Context, address string) {
	GinkgoHelper()
	Eventually(func() (int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
		if err != nil {
			return 0, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		return response.StatusCode, nil
	}).Should(Equal(http.StatusOK), "manager at %s", address)
}
