// Package events holds the form in which controllers tell users what happened. Each controller's events.go has one function
// per event that returns an Event; Publish hands them to the recorder. Events are for transitions, never for states.
package events
