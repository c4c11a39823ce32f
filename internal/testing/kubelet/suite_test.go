package kubelet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const (
	testNode  = "node-under-test"
	testImage = "example.org/kubelet-test"
)

var (
	api  client.Client
	node *Kubelet
)

func TestKubelet(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute)
	SetDefaultEventuallyPollingInterval(50 * time.Millisecond)
	RunSpecs(t, "kubelet")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	env := testenv.ForSuite(testenv.Options{})
	api = env.Client
	program, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	certificate, key := selfSigned()
	node, err = Start(ctx, Options{
		Config: env.Config, NodeName: testNode, Dir: GinkgoT().TempDir(),
		Images:   map[string]Image{testImage: {Program: program}},
		ClientCA: certificate, ServerCertificate: certificate, ServerKey: key,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(node.Stop()).To(Succeed()) })
	Expect(client.IgnoreAlreadyExists(api.Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "worker", Namespace: "default"}}))).To(Succeed())
})

func selfSigned() (certificate, key []byte) {
	GinkgoHelper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	made, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "kubelet-test"}, private)
	Expect(err).NotTo(HaveOccurred())
	key, err = keyutil.MarshalPrivateKeyToPEM(private)
	Expect(err).NotTo(HaveOccurred())
	certificate, err = cert.EncodeCertificates(made)
	Expect(err).NotTo(HaveOccurred())
	return certificate, key
}

// newTestPod is a pod of one container in a role of TestMain, bound to the node.
func newTestPod(name, role string, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: map[string]string{"app": "test"}},
		Spec: corev1.PodSpec{
			NodeName: testNode, ServiceAccountName: "worker",
			Containers: []corev1.Container{{Name: "main", Image: testImage + ":v1", Env: []corev1.EnvVar{{Name: "ROLE", Value: role}}}},
		},
	}
	for _, one := range change {
		one(pod)
	}
	return pod
}

// run creates a pod and takes it away when the spec ends.
func run(ctx context.Context, pod *corev1.Pod) {
	GinkgoHelper()
	Expect(api.Create(ctx, pod)).To(Succeed())
	DeferCleanup(func(ctx SpecContext) { remove(ctx, pod) })
}

func remove(ctx context.Context, pod *corev1.Pod) {
	GinkgoHelper()
	Expect(client.IgnoreNotFound(api.Delete(ctx, pod))).To(Succeed())
	Eventually(func() bool { return apierrors.IsNotFound(api.Get(ctx, client.ObjectKeyFromObject(pod), pod)) }).Should(BeTrue())
}

// nodeOf is the kubelet's own view of a pod.
func nodeOf(object *corev1.Pod) *pod {
	GinkgoHelper()
	known := node.find(object.Namespace, object.Name)
	Expect(known).NotTo(BeNil())
	return known
}

// eventually waits until the pod is as asked for.
func eventually(ctx context.Context, pod *corev1.Pod, is func(Gomega, *corev1.Pod)) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(api.Get(ctx, client.ObjectKeyFromObject(pod), pod)).To(Succeed())
		is(g, pod)
	}).WithContext(ctx).Should(Succeed())
}

func ready(g Gomega, pod *corev1.Pod) {
	g.Expect(pod.Status.Conditions).To(ContainElement(And(
		HaveField("Type", corev1.PodReady), HaveField("Status", corev1.ConditionTrue))), "%+v", pod.Status.ContainerStatuses)
}

// ask asks the server in a pod.
func ask(pod *corev1.Pod, path string) string {
	GinkgoHelper()
	local, err := localOf(pod.Status.PodIP + ":8080")
	Expect(err).NotTo(HaveOccurred())
	answer, err := http.Get("http://" + local + path)
	Expect(err).NotTo(HaveOccurred())
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}
