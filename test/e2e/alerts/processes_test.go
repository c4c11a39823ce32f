//go:build e2e

package alerts

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/slipway-dev/slipway/internal/process"
)

// brokenProcesses ends our own processes, and starts such as cannot work.
func brokenProcesses() {
	BeforeAll(func(ctx SpecContext) {
		eventuallyQuiet(ctx)
	}, NodeTimeout(patience))

	It("nobody answers", func(ctx SpecContext) {
		manager, facade := arguments("manager"), arguments("apiserver")
		end(ctx, service("manager"))
		end(ctx, service("apiserver"))
		expectFault(ctx, fault{"SlipwayManagerDown", nil, "No resources found"})
		expectFault(ctx, fault{"SlipwayFacadeDown", nil, "No resources found"})

		// Others start, and neither gets to work: the first may not read, and the Lease of the second is somebody else's.
		kubectl(ctx, "delete", "clusterrolebinding", "slipway-apiserver")
		release := hold(ctx, "nobody-there")
		start(ctx, "apiserver", facade)
		leading := loopback(freePort())
		manager = slices.DeleteFunc(manager, func(argument string) bool {
			return strings.HasPrefix(argument, "--leader-elect") || strings.HasPrefix(argument, "--metrics-bind-address")
		})
		start(ctx, "manager", append(manager, "--metrics-bind-address="+leading,
			"--leader-elect", "--leader-election-namespace=slipway-system", "--manage-certificates"))
		watch.alsoScrape(map[string]string{"slipway-manager": leading})
		expectFault(ctx, fault{"SlipwayFacadeNotSynced", nil, "cannot list resource"})
		expectFault(ctx, fault{"SlipwayManagerNotLeading", nil, "nobody-there"})

		// Now it leads, and keeps certificates, for which it has no rights here.
		release(ctx)
		expectFault(ctx, fault{"SlipwayCertificateErrors", nil, "is forbidden: User"})
	}, NodeTimeout(2*patience))

	It("all is well when they are as they should be", func(ctx SpecContext) {
		end(ctx, service("manager"))
		end(ctx, service("apiserver"))
		watch.alsoScrape(nil)
		local(ctx, "up")
		eventuallyQuiet(ctx)
	}, NodeTimeout(2*patience))
}

// arguments are those of a process of ours that runs, the program first.
func arguments(name string) []string {
	GinkgoHelper()
	running, err := process.Find(service(name))
	Expect(err).NotTo(HaveOccurred())
	Expect(running).NotTo(BeNil(), "%s does not run", name)
	return slices.Clone(running.Command)
}

// start starts a process in the place of one of ours. `make up` restarts it, since it is another one than it should be.
func start(_ context.Context, name string, command []string) {
	GinkgoHelper()
	_, err := process.Start(process.Spec{
		Name: name, Path: command[0], Args: command[1:], LogFile: filepath.Join(hub.stateDir, "logs", name+".log"), RecordFile: service(name),
	})
	Expect(err).NotTo(HaveOccurred())
}

func freePort() int {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	return port
}

// hold takes the Lease of the managers for somebody who will not do their work, until it is released.
func hold(ctx context.Context, holder string) (release func(context.Context)) {
	GinkgoHelper()
	lease := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: "slipway-system", Name: "slipway-manager"},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity: &holder, LeaseDurationSeconds: ptr.To[int32](3600),
			AcquireTime: ptr.To(metav1.NewMicroTime(time.Now())), RenewTime: ptr.To(metav1.NewMicroTime(time.Now())),
		},
	}
	Expect(hub.client.Create(ctx, lease)).To(Succeed())
	return func(ctx context.Context) {
		GinkgoHelper()
		Expect(hub.client.Delete(ctx, lease)).To(Succeed())
	}
}
