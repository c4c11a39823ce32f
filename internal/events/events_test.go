package events_test

import (
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestPublish(t *testing.T) {
	recorder := &expect.Recorder{}
	events.Publish(recorder, fixture.Cluster("ns", "c"),
		events.Event{Type: "Normal", Reason: "Ready", Note: "100% done"},
		events.Event{Type: "Warning", Reason: "Stalled", Note: strings.Repeat("é", 1024)},
	)
	got := recorder.Take()
	if len(got) != 2 || got[0] != "Normal Ready 100% done" {
		t.Fatalf("events = %q", got)
	}
	note := strings.TrimPrefix(got[1], "Warning Stalled ")
	if len(note) > 1024 || !strings.HasSuffix(note, "...") || strings.ToValidUTF8(note, "") != note {
		t.Errorf("a long note is not cut to 1024 bytes of valid UTF-8: %d bytes", len(note))
	}
}
