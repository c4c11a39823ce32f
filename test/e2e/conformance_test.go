//go:build e2e

package e2e

import (
	"os"
	"os/exec"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var _ = It("The HyperFleet dialect conforms to its contract", func(ctx SpecContext) {
	variables := environment()
	cmd := exec.CommandContext(ctx, "go", "test", "-trimpath", "-tags=e2e", "-count=1", "-timeout=20m", "-parallel=8", "./test/conformance/hyperfleet",
		"-url="+variables["SLIPWAY_URL"], "-ca="+variables["SLIPWAY_CA"], "-kube="+hub.kubeconfig)
	cmd.Dir = testenv.Root()
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), string(output))
}, NodeTimeout(25*patience/3))
