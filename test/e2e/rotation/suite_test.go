//go:build e2e

package rotation

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// patience is how long a step may take that starts processes on a busy machine with two cores.
const (
	patience = 3 * time.Minute
	glance   = 250 * time.Millisecond

	system = "slipway-system"
	tenant = "team-a"
)

// hub is the management cluster and what runs on it.
var hub struct {
	*testenv.Environment
	dir string
	// admin is the file of an administrator's kubeconfig.
	admin string
	// webhooks and facades are where the processes listen.
	webhooks, facades []string
}

func TestRotation(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(patience)
	SetDefaultEventuallyPollingInterval(glance)
	RunSpecs(t, "rotation")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	hub.Environment = testenv.ForSuite(testenv.Options{Aggregation: true, FluxCRDs: true})
	hub.dir = GinkgoT().TempDir()
	hub.admin = kubeconfig("admin", "system:masters")
	build(ctx)
	kubectl(ctx, "apply", "--server-side", "-k", "config/rbac")
	kubectl(ctx, "apply", "--server-side", "-k", "config/certificates")
	kubectl(ctx, "apply", "--server-side", "-f", "config/certificates/self-managed/role.yaml", "-f", "config/certificates/self-managed/role_binding.yaml")
}, NodeTimeout(10*time.Minute))

// build compiles both programs.
func build(ctx context.Context) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", hub.dir+string(filepath.Separator), "./cmd/manager", "./cmd/apiserver")
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(output))
}

// kubectl runs the built kubectl as an administrator in the root of the checkout.
func kubectl(ctx context.Context, args ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), append([]string{"--kubeconfig", hub.admin}, args...)...)
	cmd.Dir = testenv.Root()
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "kubectl %v: %s", args, output)
}

// kubeconfig writes the kubeconfig of a user.
func kubeconfig(user string, groups ...string) string {
	GinkgoHelper()
	made, err := hub.User(user, groups...)
	Expect(err).NotTo(HaveOccurred())
	content, err := made.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(hub.dir, strings.ReplaceAll(user, ":", "-")+".kubeconfig")
	Expect(os.WriteFile(file, content, 0o600)).To(Succeed())
	return file
}

// account writes the kubeconfig of one of Slipway's service accounts.
func account(name string) string {
	GinkgoHelper()
	return kubeconfig("system:serviceaccount:"+system+":"+name, "system:serviceaccounts", "system:serviceaccounts:"+system)
}

// run starts a program until the end of the suite.
func run(name string, args ...string) {
	GinkgoHelper()
	session, err := gexec.Start(exec.Command(filepath.Join(hub.dir, name), args...), GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { session.Terminate().Wait(patience) })
}

// startManager starts a manager that competes for the lease, and returns where its webhooks are and where it tells of its health.
func startManager(identity string, policy ...string) (webhooks, health string) {
	GinkgoHelper()
	webhookPort, healthPort := freePort(), freePort()
	health = "127.0.0.1:" + strconv.Itoa(healthPort)
	run("manager", append([]string{
		"--kubeconfig=" + identity, "--leader-elect", "--leader-election-namespace=" + system, "--system-namespace=" + system,
		"--metrics-bind-address=0", "--health-probe-bind-address=" + health, "--webhook-host=127.0.0.1",
		"--webhook-port=" + strconv.Itoa(webhookPort), "--webhook-cert-secret=slipway-webhook-certificate", "--manage-certificates",
	}, policy...)...)
	return "127.0.0.1:" + strconv.Itoa(webhookPort), health
}

// startFacade starts a facade, and returns where it serves.
func startFacade(identity string) string {
	GinkgoHelper()
	port := strconv.Itoa(freePort())
	run("apiserver", "--kubeconfig="+identity, "--authentication-kubeconfig="+identity, "--authorization-kubeconfig="+identity,
		"--bind-address=127.0.0.1", "--secure-port="+port, "--tls-cert-secret=slipway-apiserver-certificate",
		"--system-namespace="+system, "--default-namespace="+tenant)
	return "127.0.0.1:" + port
}

func freePort() int {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	return port
}
