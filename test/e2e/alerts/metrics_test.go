//go:build e2e

package alerts

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/rules"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// unseen are the metrics that alerts ask for and Prometheus has never seen. Dashboards also ask for what does not happen here;
// test/alerts holds them against the list of metrics.
func unseen(ctx context.Context) []string {
	GinkgoHelper()
	asked := map[string]string{}
	shipped, err := rules.Read(testenv.Root())
	Expect(err).NotTo(HaveOccurred())
	for _, alert := range shipped.Alerts() {
		names, err := rules.Metrics(alert.Expr)
		Expect(err).NotTo(HaveOccurred())
		for _, name := range names {
			asked[name] = alert.Name
		}
	}
	var missing []string
	for name, where := range asked {
		if !watch.known(ctx, name) {
			missing = append(missing, name+" ("+where+")")
		}
	}
	return missing
}
