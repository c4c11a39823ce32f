//go:build e2e

package alerts

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/rules"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// unseen are the metrics that alerts or dashboards ask for and Prometheus has never seen.
func unseen(ctx context.Context) []string {
	GinkgoHelper()
	asked := map[string]string{}
	remember := func(where, query string) {
		names, err := rules.Metrics(query)
		Expect(err).NotTo(HaveOccurred())
		for _, name := range names {
			asked[name] = where
		}
	}
	shipped, err := rules.Read(testenv.Root())
	Expect(err).NotTo(HaveOccurred())
	for _, alert := range shipped.Alerts() {
		remember(alert.Name, alert.Expr)
	}
	dashboards, err := rules.ReadDashboards(testenv.Root())
	Expect(err).NotTo(HaveOccurred())
	for file, panels := range dashboards {
		for _, panel := range panels {
			for _, target := range panel.Targets {
				remember(file+": "+panel.Title, target.Expr)
			}
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
