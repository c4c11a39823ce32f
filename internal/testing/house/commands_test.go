package house

import (
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
	"github.com/slipway-dev/slipway/internal/testing/walkthrough"
)

// Every page can be worked through: its commands are told from what they show, and it says where they run. So no command stands
// in a page that no test runs.
func TestEveryPageCanBeWorkedThrough(t *testing.T) {
	files, err := walkthrough.Files(testenv.Root())
	if err != nil || len(files) < 30 {
		t.Fatalf("found %d pages: the walk through the checkout is broken: %v", len(files), err)
	}
	for _, file := range files {
		if _, err := walkthrough.Read(file); err != nil {
			t.Error(err)
		}
	}
}
