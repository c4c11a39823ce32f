//go:build e2e

package install

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

// chapters are pages that go on where the one before ended. Every other page begins with a cluster that holds nothing.
var chapters = []string{"docs/install.md", "docs/certificates.md", "docs/upgrade.md", "docs/install-kustomize.md"}

var _ = Describe("The documentation of a management cluster", func() {
	It("holds what it says, page by page", func(ctx SpecContext) {
		pages, err := walkthrough.Pages(testenv.Root(), walkthrough.Bare)
		Expect(err).NotTo(HaveOccurred())
		slices.SortStableFunc(pages, func(a, b *walkthrough.Page) int { return place(a) - place(b) })
		if only := os.Getenv("SLIPWAY_DOCS_PAGES"); only != "" {
			pages = slices.DeleteFunc(pages, func(page *walkthrough.Page) bool { return !strings.Contains(page.File, only) })
		}
		Expect(pages).NotTo(BeEmpty())
		kubeconfig, dir := "", ""
		for i, page := range pages {
			if i == 0 || place(page) == len(chapters) {
				kubeconfig, dir = startBare(ctx, "page-"+strconv.Itoa(i)).Kubeconfig(), reader()
			}
			By(page.File)
			Expect(page.Run(ctx, walkthrough.Options{
				Dir: dir, Patience: patience, Log: GinkgoWriter,
				Env: []string{"PATH=" + hub.binDir + ":" + os.Getenv("PATH"), "KUBECONFIG=" + kubeconfig},
			})).To(Succeed())
		}
	}, NodeTimeout(buildTime+10*patience))
})

// place is a page's place among the chapters; their number, for a page that is none of them.
func place(page *walkthrough.Page) int {
	GinkgoHelper()
	name, err := filepath.Rel(testenv.Root(), page.File)
	Expect(err).NotTo(HaveOccurred())
	if i := slices.Index(chapters, filepath.ToSlash(name)); i >= 0 {
		return i
	}
	return len(chapters)
}

// reader makes a folder that looks like the checkout, and in which readers may save what pages tell them to.
func reader() string {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	entries, err := os.ReadDir(testenv.Root())
	Expect(err).NotTo(HaveOccurred())
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			Expect(os.Symlink(filepath.Join(testenv.Root(), entry.Name()), filepath.Join(dir, entry.Name()))).To(Succeed())
		}
	}
	return dir
}
