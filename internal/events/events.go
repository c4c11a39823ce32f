package events

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	clientevents "k8s.io/client-go/tools/events"
)

// Event is something that happened to an object, in the past tense.
type Event struct {
	// Type is corev1.EventTypeNormal or corev1.EventTypeWarning.
	Type string
	// Reason is a word for what happened.
	Reason string
	// Action is a word for what the controller was doing.
	Action string
	// Note is what happened, for a person to read.
	Note string
}

// Recorder is the part of a recorder that Publish needs.
type Recorder interface {
	clientevents.EventRecorder
}

// maxNote is how long a note may be for the API server to take it.
const maxNote = 1024

// Publish records events about an object.
func Publish(recorder Recorder, about runtime.Object, list ...Event) {
	for _, event := range list {
		recorder.Eventf(about, nil, event.Type, event.Reason, event.Action, "%s", fit(event.Note))
	}
}

// fit cuts a note to maxNote bytes, at the beginning of a character.
func fit(note string) string {
	if len(note) <= maxNote {
		return note
	}
	const ellipsis = "..."
	return strings.ToValidUTF8(note[:maxNote-len(ellipsis)], "") + ellipsis
}
