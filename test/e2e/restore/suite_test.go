//go:build e2e

package restore

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// patience is how long a step may take that starts or stops processes on a busy machine with two cores.
const (
	patience = 3 * time.Minute
	glance   = 250 * time.Millisecond
	// tenant is the namespace of the samples.
	tenant = "team-a"
)

// hub is the management cluster of the environment, before and after.
var hub struct {
	client.Client
	stateDir string
}

func TestRestore(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(glance)
	RunSpecs(t, "restore")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	Expect(os.Getenv("KUBEBUILDER_ASSETS")).NotTo(BeEmpty(), "run the tests with `make e2e`")
	logf.SetLogger(GinkgoLogr)
	hub.stateDir = filepath.Join(testenv.Root(), ".local", "restore")
	local(ctx, "down")
	DeferCleanup(func(ctx SpecContext) { local(ctx, "down") }, NodeTimeout(patience))
	local(ctx, "up")
	connect()
}, NodeTimeout(20*time.Minute))

// local calls the program behind make up and make down on this run's state folder.
func local(ctx context.Context, verb string, flags ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", "run", "-trimpath", "./hack/local", verb, "--state-dir", hub.stateDir)
	cmd.Args = append(cmd.Args, flags...)
	cmd.Dir = testenv.Root()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	GinkgoWriter.Print(output.String())
	Expect(err).NotTo(HaveOccurred(), "hack/local %s: %s", verb, &output)
}

// slipway calls the program for operators.
func slipway(ctx context.Context, args ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, filepath.Join(hub.stateDir, "bin", "slipway"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+filepath.Join(hub.stateDir, "kubeconfig"))
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "slipway %v: %s", args, output)
	return string(output)
}

// connect makes a client of the management cluster as it is now.
func connect() {
	GinkgoHelper()
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(hub.stateDir, "kubeconfig"))
	Expect(err).NotTo(HaveOccurred())
	hub.Client, err = client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
}

// on returns a client of a tenant cluster.
func on(ctx context.Context, cluster string) client.Client {
	GinkgoHelper()
	secret := &corev1.Secret{}
	Expect(hub.Get(ctx, client.ObjectKey{Namespace: tenant, Name: cluster + "-kubeconfig"}, secret)).To(Succeed())
	config, err := clientcmd.RESTConfigFromKubeConfig(secret.Data[fleetv1.KubeconfigKey])
	Expect(err).NotTo(HaveOccurred())
	made, err := client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return made
}
