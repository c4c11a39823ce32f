//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// goTest runs `go test` below the repository with the variables that the local environment writes for its users.
func goTest(ctx context.Context, dir string, args ...string) {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-trimpath", "-count=1", "-timeout=20m"}, args...)...)
	cmd.Dir = filepath.Join(testenv.Root(), dir)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	for name, value := range environment() {
		if strings.HasPrefix(name, "SLIPWAY_") {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		Fail(err.Error() + "\n" + verdict(string(output)))
	}
}

var _ = DescribeTable("Every answer of a dialect is as its contract has it", func(ctx SpecContext, dialect string) {
	variables := environment()
	goTest(ctx, ".", "-tags=e2e", "-parallel=8", "./test/conformance/"+dialect,
		"-url="+variables["SLIPWAY_URL"], "-ca="+variables["SLIPWAY_CA"], "-kube="+hub.kubeconfig)
},
	Entry("HyperFleet", NodeTimeout(25*patience/3), "hyperfleet"),
	Entry("IaaS", NodeTimeout(25*patience/3), "iaas"),
	Entry("CCE", NodeTimeout(25*patience/3), "cce"),
	Entry("NKS", NodeTimeout(25*patience/3), "nks"),
)

// verdict is what a run of `go test` says, with the names of the tests that failed before all else.
func verdict(output string) string {
	var failed []string
	for line := range strings.Lines(output) {
		if test, found := strings.CutPrefix(strings.TrimSpace(line), "--- FAIL: "); found {
			name, _, _ := strings.Cut(test, " ")
			// A test fails with each test in it, and is named before them: only the innermost say something.
			failed = slices.DeleteFunc(failed, func(outer string) bool { return strings.HasPrefix(name, outer+"/") })
			failed = append(failed, name)
		}
	}
	return "failed: " + strings.Join(failed, ", ") + "\n" + output
}
