package testenv

import (
	"testing"

	"github.com/onsi/ginkgo/v2"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

// ForSuite starts an environment in a Ginkgo suite's BeforeSuite and stops it when the suite ends, after the AfterSuite. What
// controllers log goes to Ginkgo.
func ForSuite(options Options) *Environment {
	ginkgo.GinkgoHelper()
	logf.SetLogger(ginkgo.GinkgoLogr)
	return ForTest(ginkgo.GinkgoTB(), options)
}

// ForTest starts an environment and stops it when the test ends.
func ForTest(t testing.TB, options Options) *Environment {
	t.Helper()
	env, err := Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Error(err)
		}
	})
	return env
}
