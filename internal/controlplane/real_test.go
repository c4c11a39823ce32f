package controlplane

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/slipway-dev/slipway/internal/process"
)

// TestARealControlPlane goes through one life: start, adoption, death of a component, a rotation, the end. It needs etcd
// and kube-apiserver, which make test provides.
func TestARealControlPlane(t *testing.T) {
	binDir := os.Getenv("KUBEBUILDER_ASSETS")
	if binDir == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set; run this through make test")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	opts := Options{Dir: t.TempDir(), BinDir: binDir, Aggregation: true}
	c := open(t, opts)
	t.Cleanup(func() {
		if err := DestroyDir(context.Background(), opts.Dir); err != nil {
			t.Error(err)
		}
	})
	must(t, c.Start(ctx))
	writeNamespace(ctx, t, c)
	etcd, server := pid(t, c, Etcd), pid(t, c, APIServer)

	// Another program adopts what runs.
	c = open(t, opts)
	must(t, c.Start(ctx))
	if pid(t, c, Etcd) != etcd || pid(t, c, APIServer) != server {
		t.Error("a second start must leave running components alone")
	}

	// A component that was killed comes back, with its data.
	must(t, syscall.Kill(etcd, syscall.SIGKILL))
	must(t, syscall.Kill(server, syscall.SIGKILL))
	must(t, c.Start(ctx))
	readNamespace(ctx, t, c)

	// A rotation ends the trust in old certificates, and keeps the data.
	old, err := c.RESTConfig()
	must(t, err)
	must(t, c.RotateCertificates(ctx, time.Hour))
	readNamespace(ctx, t, c)
	client, err := kubernetes.NewForConfig(old)
	must(t, err)
	if _, err := client.CoreV1().Namespaces().Get(ctx, "kept", metav1.GetOptions{}); err == nil {
		t.Error("the old kubeconfig still works")
	}

	must(t, c.Stop(ctx))
	for component, running := range c.Running() {
		if running {
			t.Errorf("%s still runs", component)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func pid(t *testing.T, c *ControlPlane, component Component) int {
	t.Helper()
	p, err := process.Find(recordFile(c.Dir(), component))
	must(t, err)
	if p == nil {
		t.Fatalf("%s does not run", component)
	}
	return p.PID
}

func clientset(t *testing.T, c *ControlPlane) kubernetes.Interface {
	t.Helper()
	config, err := c.RESTConfig()
	must(t, err)
	client, err := kubernetes.NewForConfig(config)
	must(t, err)
	return client
}

func writeNamespace(ctx context.Context, t *testing.T, c *ControlPlane) {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "kept"}}
	_, err := clientset(t, c).CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	must(t, err)
}

func readNamespace(ctx context.Context, t *testing.T, c *ControlPlane) {
	t.Helper()
	_, err := clientset(t, c).CoreV1().Namespaces().Get(ctx, "kept", metav1.GetOptions{})
	must(t, err)
}
