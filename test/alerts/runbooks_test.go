package alerts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

const runbookAddress = "https://github.com/slipway-dev/slipway/blob/main/docs/runbooks/"

func TestEveryAlertHasARunbook(t *testing.T) {
	dir := filepath.Join(testenv.Root(), "docs", "runbooks")
	list, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"README.md": true}
	for _, alert := range read(t).Alerts() {
		file := alert.Name + ".md"
		known[file] = true
		if alert.Annotations["runbook_url"] != runbookAddress+file {
			t.Errorf("%s: its runbook_url is %q", alert.Name, alert.Annotations["runbook_url"])
		}
		if alert.Annotations["summary"] == "" || alert.Annotations["description"] == "" || alert.Labels["severity"] == "" {
			t.Errorf("%s needs a summary, a description and a severity", alert.Name)
		}
		if !strings.Contains(string(list), "["+alert.Name+"]("+file+")") {
			t.Errorf("docs/runbooks/README.md does not list %s", alert.Name)
		}
		checkPage(t, filepath.Join(dir, file), alert.Name)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !known[filepath.Base(file)] {
			t.Errorf("%s is about no alert", file)
		}
	}
}

// checkPage holds a runbook against what all of them have.
func checkPage(t *testing.T, file, alert string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	rest := string(text)
	for _, heading := range []string{"# " + alert, "## Meaning", "## Impact", "## Diagnosis", "## Remedy"} {
		_, after, found := strings.Cut(rest, heading+"\n")
		if !found {
			t.Errorf("%s lacks %q, or has it in another place", file, heading)
			return
		}
		rest = after
	}
	page, err := walkthrough.Parse(file, string(text))
	if err != nil {
		t.Error(err)
		return
	}
	if page.Where != walkthrough.Alert {
		t.Errorf("%s: its commands run %q, and not while the alert fires", file, page.Where)
	}
}
