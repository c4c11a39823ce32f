//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// Patience is how long a step may take that starts or stops processes on a busy machine with two cores.
const (
	patience = 3 * time.Minute
	glance   = 250 * time.Millisecond
)

// hub is the management cluster of the environment under test.
var hub struct {
	client     client.Client
	stateDir   string
	binDir     string
	kubeconfig string
}

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(glance)
	SetDefaultConsistentlyPollingInterval(glance)
	if !RunSpecs(t, "end to end") {
		summarize(t)
	}
}

var _ = BeforeSuite(func(ctx SpecContext) {
	hub.binDir = os.Getenv("KUBEBUILDER_ASSETS")
	Expect(hub.binDir).NotTo(BeEmpty(), "run the tests with `make e2e`")
	hub.stateDir = os.Getenv("SLIPWAY_E2E_STATE_DIR")
	if hub.stateDir == "" {
		hub.stateDir = filepath.Join(testenv.Root(), ".local", "e2e")
		local(ctx, "down")
		DeferCleanup(func(ctx SpecContext) { local(ctx, "down") }, NodeTimeout(patience))
	}
	local(ctx, "up")

	hub.kubeconfig = filepath.Join(hub.stateDir, "kubeconfig")
	config, err := clientcmd.BuildConfigFromFlags("", hub.kubeconfig)
	Expect(err).NotTo(HaveOccurred())
	// The kube-apiserver says how much is too much: taking away what a storm left behind is thousands of requests.
	config.QPS = -1
	hub.client, err = client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
}, NodeTimeout(20*time.Minute))

// local calls the program behind make up and make down on this run's state folder.
func local(ctx context.Context, verb string, flags ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", "run", "-trimpath", "./hack/local", verb, "--state-dir", hub.stateDir)
	cmd.Args = append(cmd.Args, flags...)
	cmd.Dir = testenv.Root()
	cmd.Stdout, cmd.Stderr = GinkgoWriter, GinkgoWriter
	Expect(cmd.Run()).To(Succeed(), "hack/local %s", verb)
}

// kubectl runs the built kubectl against the hub and returns its standard output.
func kubectl(ctx context.Context, args ...string) string {
	GinkgoHelper()
	output, err := tryKubectl(ctx, "", args...)
	Expect(err).NotTo(HaveOccurred(), "kubectl %v: %s", args, output)
	return output
}

// tryKubectl is kubectl for calls that may fail; it returns both outputs in one.
func tryKubectl(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(hub.binDir, "kubectl"), args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+hub.kubeconfig)
	if stdin != "" {
		cmd.Stdin = stringReader(stdin)
	}
	output, err := cmd.CombinedOutput()
	return string(output), err
}
