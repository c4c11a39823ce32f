package gitops

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func stringReader(text string) io.Reader { return strings.NewReader(text) }

// example is the folder of the example repository.
func example(elements ...string) string {
	return filepath.Join(append([]string{testenv.Root(), "docs", "gitops", "example"}, elements...)...)
}

var _ = Describe("the example repository", func() {
	It("has Kustomizations that Flux takes, in an order in which each finds what it needs", func(ctx SpecContext) {
		var paths []string
		for _, object := range decoded(kubectl(ctx, "kustomize", example("clusters", "management"))) {
			if object.GetKind() != kustomizev1.KustomizationKind {
				dryRun(ctx, object.GetNamespace(), object.Object)
				continue
			}
			text, err := yaml.Marshal(object.Object)
			Expect(err).NotTo(HaveOccurred())
			kustomization := &kustomizev1.Kustomization{}
			Expect(yaml.UnmarshalStrict(text, kustomization)).To(Succeed())
			for _, needed := range kustomization.Spec.DependsOn {
				Expect(paths).To(ContainElement("./"+needed.Name), "%s depends on what comes later", kustomization.Name)
			}
			Expect(example(kustomization.Spec.Path)).To(BeADirectory())
			paths = append(paths, kustomization.Spec.Path)
		}
		Expect(paths).To(Equal([]string{"./catalogue", "./tenants"}))
	})

	It("opens namespaces as config/tenant does", func(ctx SpecContext) {
		Expect(kubectl(ctx, "kustomize", example("tenants", "base"))).
			To(Equal(kubectl(ctx, "kustomize", filepath.Join(testenv.Root(), "config", "tenant"))))
	})

	It("is named in whole on its page", func() {
		page, err := os.ReadFile(example("README.md"))
		Expect(err).NotTo(HaveOccurred())
		for _, folder := range []string{".", "clusters/management", "tenants"} {
			entries, err := os.ReadDir(example(folder))
			Expect(err).NotTo(HaveOccurred())
			for _, entry := range entries {
				if name := entry.Name(); name != "README.md" && name != "kustomization.yaml" {
					Expect(string(page)).To(ContainSubstring(name))
				}
			}
		}
	})
})

// dryRun has the API server check an object, in a namespace of that name where there is one.
func dryRun(ctx context.Context, namespace string, object map[string]any) {
	GinkgoHelper()
	text, err := yaml.Marshal(object)
	Expect(err).NotTo(HaveOccurred())
	file := filepath.Join(GinkgoT().TempDir(), "object.yaml")
	Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
	args := []string{"apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename", file}
	if namespace != "" {
		// The namespace of the example does not exist here.
		object["metadata"].(map[string]any)["namespace"] = expect.Namespace(ctx, env.Client, nil)
		text, err = yaml.Marshal(object)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, text, 0o600)).To(Succeed())
	}
	kubectl(ctx, args...)
}
