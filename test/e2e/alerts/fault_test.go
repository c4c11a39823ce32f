//go:build e2e

package alerts

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

// fault is something that is broken, and the alert about it.
type fault struct {
	// alert is its name; labels are what it carries, as far as the fault decides it.
	alert  string
	labels map[string]string
	// cause is what the commands of the runbook have to show, in whatever space.
	cause string
}

// expectFault sees that the alert fires and that its runbook leads to the cause.
func expectFault(ctx context.Context, f fault) {
	GinkgoHelper()
	var found alert
	Eventually(func(g Gomega) {
		firing := watch.firing(ctx, g)
		match := find(firing, f)
		g.Expect(match).NotTo(BeNil(), "%s %v does not fire; what does: %v", f.alert, f.labels, names(firing))
		found = *match
	}).WithContext(ctx).WithTimeout(patience / 2).Should(Succeed())
	for name, text := range found.Annotations {
		Expect(text).NotTo(SatisfyAny(ContainSubstring("<no value>"), ContainSubstring("error")), "annotation %s", name)
	}
	Expect(found.Annotations["runbook_url"]).To(HaveSuffix("/docs/runbooks/" + f.alert + ".md"))
	page, err := walkthrough.Read(filepath.Join(testenv.Root(), "docs", "runbooks", f.alert+".md"))
	Expect(err).NotTo(HaveOccurred())
	var output bytes.Buffer
	Expect(page.Run(ctx, walkthrough.Options{
		Dir: GinkgoT().TempDir(), Env: reader(found), Patience: time.Minute, Log: &output,
	})).To(Succeed())
	shown := strings.Join(strings.Fields(output.String()), " ")
	Expect(shown).To(ContainSubstring(f.cause), output.String)
}

func find(firing []alert, f fault) *alert {
	for i, a := range firing {
		if a.Labels["alertname"] != f.alert {
			continue
		}
		same := true
		for name, value := range f.labels {
			same = same && a.Labels[name] == value
		}
		if same {
			return &firing[i]
		}
	}
	return nil
}

func names(alerts []alert) []string {
	var all []string
	for _, a := range alerts {
		all = append(all, a.Labels["alertname"])
	}
	return all
}

// eventuallyQuiet waits until no alert fires.
func eventuallyQuiet(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(watch.firing(ctx, g)).To(BeEmpty())
	}).WithContext(ctx).Should(Succeed())
}

// reader is the environment of somebody who got the alert: its labels are variables. Here are no pods that logs could be read
// from: what kubectl logs would show lies in files.
func reader(a alert) []string {
	GinkgoHelper()
	bin := GinkgoT().TempDir()
	kubectl := filepath.Join(hub.binDir, "kubectl")
	script := `#!/usr/bin/env bash
for word in "$@"; do
  case "$word" in
    logs) logs=yes ;;
    deployment/slipway-*) name="${word#deployment/slipway-}" ;;
  esac
done
if [[ -n ${logs:-} && -n ${name:-} ]]; then
  exec tail -n 200 '` + hub.stateDir + `'/logs/"$name".log
fi
exec '` + kubectl + `' "$@"
`
	Expect(os.WriteFile(filepath.Join(bin, "kubectl"), []byte(script), 0o700)).To(Succeed())
	env := []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "KUBECONFIG=" + filepath.Join(hub.stateDir, "kubeconfig")}
	for name, value := range a.Labels {
		env = append(env, strings.ToUpper(name)+"="+value)
	}
	return env
}
