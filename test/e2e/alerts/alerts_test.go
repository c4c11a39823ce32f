//go:build e2e

package alerts

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The alerts", Ordered, ContinueOnFailure, func() {
	Describe("while everything runs", brokenObjects)
	Describe("while our own processes are in trouble", brokenProcesses)

	It("ask for nothing that was never there", func(ctx SpecContext) {
		Expect(unseen(ctx)).To(BeEmpty())
	}, NodeTimeout(patience))
})
