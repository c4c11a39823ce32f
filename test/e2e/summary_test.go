//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
)

// failures are the specs that failed, for the last lines of the output.
var failures types.SpecReports

var _ = ReportAfterSuite("what failed", func(report Report) {
	for _, spec := range report.SpecReports {
		if spec.Failed() {
			failures = append(failures, spec)
		}
	}
})

// summarize says at the very end what failed and why: who sees only the last lines of a run must not have to guess.
func summarize(t *testing.T) {
	t.Helper()
	for _, spec := range failures {
		name := spec.FullText()
		if name == "" {
			name = spec.LeafNodeType.String()
		}
		t.Logf("FAILED after %s: %s\n%s\n%s\n%s", spec.RunTime.Round(time.Millisecond), name, spec.FailureLocation(),
			excerpt(spec.CapturedGinkgoWriterOutput), excerpt(spec.FailureMessage()))
	}
}

// How much of a failure the summary shows: the cause stands in the first lines or in the last ones.
const (
	firstLines = 10
	lastLines  = 40
	lineLength = 400
)

// excerpt cuts a failure's text down to its first and last lines.
func excerpt(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if left := len(lines) - firstLines - lastLines; left > 0 {
		omitted := fmt.Sprintf("… %d lines …", left)
		lines = append(append(lines[:firstLines:firstLines], omitted), lines[len(lines)-lastLines:]...)
	}
	for i, line := range lines {
		if len(line) > lineLength {
			lines[i] = line[:lineLength] + "…"
		}
	}
	return strings.Join(lines, "\n")
}
