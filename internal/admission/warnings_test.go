package admission_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// heard keeps the warnings of an API server.
type heard []string

// HandleWarningHeaderWithContext keeps a warning.
func (h *heard) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) {
	*h = append(*h, text)
}

// warningsOf returns what the API server warns of while something is written.
func warningsOf(write func(client.Client) error) []string {
	GinkgoHelper()
	said := &heard{}
	config := rest.CopyConfig(env.Config)
	config.WarningHandlerWithContext = said
	c, err := client.New(config, client.Options{Scheme: env.Scheme})
	Expect(err).NotTo(HaveOccurred())
	Expect(write(c)).To(Succeed())
	return *said
}
