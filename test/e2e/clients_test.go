//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// The tests are a module of their own, test/clients.
var _ = Describe("the SDKs of the dialects' clients", func() {
	It("take an add-on and a cluster through their whole lives", func(ctx SpecContext) {
		cmd := exec.CommandContext(ctx, "go", "test", "-trimpath", "-count=1", "-timeout=20m", "./...")
		cmd.Dir = filepath.Join(testenv.Root(), "test", "clients")
		cmd.Env = os.Environ()
		for name, value := range environment() {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		cmd.Stdout, cmd.Stderr = GinkgoWriter, GinkgoWriter
		Expect(cmd.Run()).To(Succeed())
	}, SpecTimeout(20*60e9))
})
