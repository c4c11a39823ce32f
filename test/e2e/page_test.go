//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the interactive page of the HyperFleet API", func() {
	It("shows every operation in a browser that reaches nothing but the facade", func(ctx SpecContext) {
		home := facadeURL() + "/api/hyperfleet/v1/"
		for _, address := range []string{home + "openapi.html", home + "openapi.html/", facadeURL() + "/api/hyperfleet/openapi.html"} {
			shown, complaints := browse(ctx, address)
			Expect(complaints).To(BeEmpty(), "the browser complains about %s", address)
			for _, operation := range operations(ctx, home+"openapi") {
				Expect(shown).To(ContainSubstring(`id="operations-`+operation+`"`), "%s does not show %s", address, operation)
			}
		}
	}, NodeTimeout(patience))

	It("is served without a token, with headers that allow nothing else", func(ctx SpecContext) {
		for _, path := range []string{"openapi.html", "openapi/assets/page.js", "openapi/assets/swagger-ui.css"} {
			answer := fetch(ctx, facadeURL()+"/api/hyperfleet/v1/"+path)
			Expect(answer.StatusCode).To(Equal(http.StatusOK), path)
			policy := answer.Header.Get("Content-Security-Policy")
			Expect(policy).To(HavePrefix("default-src 'none'; script-src 'self'; style-src 'self';"), path)
			Expect(policy).NotTo(Or(ContainSubstring("http"), ContainSubstring("unsafe"), ContainSubstring("*")), path)
			Expect(answer.Header.Get("X-Content-Type-Options")).To(Equal("nosniff"), path)
			Expect(answer.Header.Get("Referrer-Policy")).To(Equal("no-referrer"), path)
			Expect(answer.Header.Get("X-Request-Id")).NotTo(BeEmpty(), path)
		}
		Expect(fetch(ctx, facadeURL()+"/api/hyperfleet/v1/openapi/assets/other.js").StatusCode).To(Equal(http.StatusNotFound))
	}, NodeTimeout(patience))
})

// facadeURL is where the facade of the environment serves plain HTTP.
func facadeURL() string {
	GinkgoHelper()
	env, err := os.ReadFile(filepath.Join(hub.stateDir, "env"))
	Expect(err).NotTo(HaveOccurred())
	found := regexp.MustCompile(`(?m)^export SLIPWAY_HTTP_URL='([^']+)'$`).FindSubmatch(env)
	Expect(found).NotTo(BeNil(), "the environment has no SLIPWAY_HTTP_URL")
	return string(found[1])
}

// fetch gets an address without credentials.
func fetch(ctx context.Context, address string) *http.Response {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	Expect(err).NotTo(HaveOccurred())
	answer, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(answer.Body.Close)
	return answer
}

// operations are those of an OpenAPI document, as the page marks them: by tag and operation.
func operations(ctx context.Context, address string) []string {
	GinkgoHelper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	Expect(json.NewDecoder(fetch(ctx, address).Body).Decode(&document)).To(Succeed())
	var found []string
	for path, item := range document.Paths {
		for method, member := range item {
			var operation struct {
				Tags        []string
				OperationID string
			}
			if method == "parameters" {
				continue
			}
			Expect(json.Unmarshal(member, &operation)).To(Succeed(), "%s %s", method, path)
			Expect(operation.Tags).NotTo(BeEmpty(), "%s %s", method, path)
			found = append(found, operation.Tags[0]+"-"+operation.OperationID)
		}
	}
	Expect(len(found)).To(BeNumerically(">", 20), "the document has lost its operations")
	return found
}

// browse loads a page in a browser for which no other host exists. It returns the page as it is after its scripts have run, and what
// the browser's console says.
func browse(ctx context.Context, address string) (page string, complaints []string) {
	GinkgoHelper()
	server, err := url.Parse(address)
	Expect(err).NotTo(HaveOccurred())
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		// As root, as in CI, Chromium has no sandbox. The page is our own.
		"--no-sandbox", "--user-data-dir="+GinkgoT().TempDir(),
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE "+server.Hostname(),
		"--enable-logging=stderr", "--virtual-time-budget=30000", "--dump-dom", address)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	Expect(cmd.Run()).To(Succeed(), "chromium (hack/ensure-programs.sh installs it): %s", &stderr)
	for line := range strings.Lines(stderr.String()) {
		if strings.Contains(line, ":CONSOLE") {
			complaints = append(complaints, strings.TrimSpace(line))
		}
	}
	return stdout.String(), complaints
}
