//go:build e2e

package install

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/management"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const (
	// patience is how long a step may take on a busy machine with two cores.
	patience = 3 * time.Minute
	glance   = 250 * time.Millisecond
	// buildTime is how long the images may take that no cache holds.
	buildTime = 10 * time.Minute

	release   = "slipway"
	namespace = "slipway-system"
)

// hub is the bare management cluster of startHub, and what the commands need to reach it.
var hub struct {
	*management.Cluster
	client client.Client
	binDir string
}

func TestInstall(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(glance)
	RunSpecs(t, "installation")
}

var _ = BeforeSuite(func() {
	hub.binDir = os.Getenv("KUBEBUILDER_ASSETS")
	Expect(hub.binDir).NotTo(BeEmpty(), "run the tests with `make e2e`")
})

// startHub starts the management cluster that the commands reach, until the container of specs ends.
func startHub(ctx context.Context) {
	GinkgoHelper()
	hub.Cluster = startBare(ctx, "life")
	config, err := hub.RESTConfig()
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	hub.client, err = client.New(config, client.Options{Scheme: testenv.Scheme()})
	Expect(err).NotTo(HaveOccurred())
}

// startBare starts a bare management cluster and ends it after the node that asks for it.
func startBare(ctx context.Context, name string) *management.Cluster {
	GinkgoHelper()
	cluster, err := management.Start(ctx, management.Options{
		Dir: filepath.Join(testenv.Root(), ".local", "install", name), BinDir: hub.binDir, Source: testenv.Root(),
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func(ctx SpecContext) { Expect(cluster.Stop(ctx)).To(Succeed()) }, NodeTimeout(patience))
	return cluster
}

// try runs one of the built tools against the management cluster and returns both its outputs.
func try(ctx context.Context, stdin, tool string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(hub.binDir, tool), args...)
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), "KUBECONFIG="+hub.Kubeconfig())
	cmd.Stdin = strings.NewReader(stdin)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func kubectl(ctx context.Context, stdin string, args ...string) string {
	GinkgoHelper()
	output, err := try(ctx, stdin, "kubectl", args...)
	Expect(err).NotTo(HaveOccurred(), "kubectl %v: %s", args, output)
	return output
}

func helm(ctx context.Context, args ...string) string {
	GinkgoHelper()
	output, err := try(ctx, "", "helm", append(args, "--namespace", namespace)...)
	if err != nil {
		AddReportEntry("pods", kubectl(ctx, "", "get", "pods,events", "--namespace", namespace))
	}
	Expect(err).NotTo(HaveOccurred(), "helm %v: %s", args, output)
	return output
}
