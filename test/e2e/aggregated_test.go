//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The facade as an aggregated API", func() {
	It("answers kubectl as it answers its own clients", func(ctx SpecContext) {
		const path = "/clusters/sample?fields=name,generation,href"
		direct := curl(ctx, path)
		Expect(direct).To(ContainSubstring(`"name":"sample"`))
		Expect(kubectl(ctx, "get", "--raw", "/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1"+path)).To(MatchJSON(direct))
	}, NodeTimeout(patience))

	It("leaves kubectl's own discovery in order", func(ctx SpecContext) {
		for _, arguments := range [][]string{{"api-resources"}, {"get", "all", "-A"}, {"explain", "clusters.fleet.slipway.dev.spec"}, {"get", "fleet", "-A"}} {
			// A group that cannot be discovered shows up as an error on the side, if at all.
			Expect(kubectlComplaints(ctx, arguments...)).To(BeEmpty(), "kubectl %v", arguments)
		}
		Expect(kubectl(ctx, "api-versions")).To(ContainSubstring("rest.slipway.dev/v1alpha1"))
	}, NodeTimeout(patience))

	It("makes the summary's example work as printed", func(ctx SpecContext) {
		Expect(curl(ctx, "/clusters")).To(And(ContainSubstring(`"kind":"ClusterList"`), ContainSubstring(`"name":"sample"`)))
	}, NodeTimeout(patience))
})

// kubectlComplaints is what a kubectl that succeeds writes to its standard error.
func kubectlComplaints(ctx context.Context, arguments ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, filepath.Join(hub.binDir, "kubectl"), arguments...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+hub.kubeconfig)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	Expect(cmd.Run()).To(Succeed(), "kubectl %v: %s", arguments, &complaints)
	return complaints.String()
}

// curl asks the facade as the summary of make up says.
func curl(ctx context.Context, path string) string {
	GinkgoHelper()
	const script = `. "$1" && curl -s --cacert "$SLIPWAY_CA" -H "Authorization: Bearer $SLIPWAY_TOKEN" "$SLIPWAY_URL/api/hyperfleet/v1$2"`
	output, err := exec.CommandContext(ctx, "sh", "-c", script, "sh", filepath.Join(hub.stateDir, "env"), path).Output()
	Expect(err).NotTo(HaveOccurred(), "curl of %s", path)
	return string(output)
}
