//go:build e2e

package alerts

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

const (
	// patience is how long a step may take on a busy machine with two cores.
	patience = 3 * time.Minute
	glance   = 250 * time.Millisecond
	// faster is how many times faster time runs for the alerts: five minutes are five seconds.
	faster = 60
)

// hub is the management cluster of the environment under test.
var hub struct {
	client   client.Client
	stateDir string
	binDir   string
}

// watch is the Prometheus over it.
var watch *prometheus

func TestAlerts(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(glance)
	RunSpecs(t, "alerts")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	hub.binDir = os.Getenv("KUBEBUILDER_ASSETS")
	Expect(hub.binDir).NotTo(BeEmpty(), "run the tests with `make e2e`")
	// Faults take rights away, so what is refused here is no news to whoever compares rights with requests.
	Expect(os.Unsetenv("SLIPWAY_AUDIT_DIR")).To(Succeed())
	hub.stateDir = os.Getenv("SLIPWAY_E2E_STATE_DIR")
	if hub.stateDir == "" {
		hub.stateDir = filepath.Join(testenv.Root(), ".local", "alerts")
		local(ctx, "down")
		DeferCleanup(func(ctx SpecContext) { local(ctx, "down") }, NodeTimeout(patience))
	}
	local(ctx, "up")

	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(hub.stateDir, "kubeconfig"))
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	hub.client, err = client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	watch = startPrometheus(ctx)
}, NodeTimeout(20*time.Minute))

// local calls the program behind make up and make down on this run's state folder.
func local(ctx context.Context, verb string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", "run", "-trimpath", "./hack/local", verb, "--state-dir", hub.stateDir)
	cmd.Dir = testenv.Root()
	cmd.Stdout, cmd.Stderr = GinkgoWriter, GinkgoWriter
	Expect(cmd.Run()).To(Succeed(), "hack/local %s", verb)
}
