package hyperfleet

import (
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// shapeOfEvent checks the form of a line of a stream.
func shapeOfEvent(event any, a *suite.Answer) []suite.Mismatch {
	s := &shape{}
	whole, _ := event.(*suite.Object)
	s.order("", "event", whole)
	inner := whole.Child("object")
	switch {
	case whole.Text("type") == "BOOKMARK":
		s.order("/object", "bookmark", inner)
		s.demand(inner.Text("resource_version") != "", "/object/resource_version", "is empty")
	case !strings.Contains(a.Request.Target, "fields="):
		s.resource("/object", inner)
	}
	return s.wrong
}
