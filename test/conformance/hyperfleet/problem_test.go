package hyperfleet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// problem is what is fixed about an error code.
type problem struct {
	status      int
	title, slug string
}

var problems = map[string]problem{
	"VAL-000": {400, "Invalid fields", "validation-error"},
	"VAL-005": {400, "Invalid request", "bad-request"},
	"VAL-006": {400, "Unreadable body", "malformed-request"},
	"VAL-008": {405, "Method not supported", "method-not-allowed"},
	"VAL-009": {413, "Body too large", "payload-too-large"},
	"VAL-010": {415, "Media type not supported", "unsupported-media-type"},
	"AUT-001": {401, "No credentials", "authentication-error"},
	"AUT-002": {401, "Credentials refused", "authentication-error"},
	"AUT-003": {401, "Token expired", "authentication-error"},
	"AUZ-001": {403, "Not allowed", "permission-denied"},
	"AUZ-002": {403, "Adapter not allowed", "permission-denied"},
	"NTF-000": {404, "No such endpoint", "not-found"},
	"NTF-001": {404, "No such resource", "not-found"},
	"CNF-001": {409, "Name taken", "conflict"},
	"CNF-002": {412, "Version does not match", "precondition-failed"},
	"CNF-003": {409, "Wrong state", "conflict"},
	"CNF-004": {409, "Idempotency key reused", "conflict"},
	"CNF-005": {410, "Resource version expired", "gone"},
	"INT-001": {500, "Internal error", "internal-error"},
	"SVC-001": {503, "Unavailable", "service-unavailable"},
	"SVC-002": {504, "Timed out", "service-unavailable"},
	"SVC-003": {429, "Too many requests", "too-many-requests"},
}

// problemOf checks an error: the members that every error has, and those that its code fixes. code may be empty: then any
// known one will do. path is that of the request.
func problemOf(code, path, requestID string, status int, answer any) []suite.Mismatch {
	s := &shape{}
	got, ok := answer.(*suite.Object)
	if !ok {
		return []suite.Mismatch{{Message: "is no problem: " + suite.Show(answer)}}
	}
	wantKeys := []string{"type", "title", "status", "detail", "code", "timestamp", "instance", "trace_id"}
	for _, key := range wantKeys {
		s.demand(got.Has(key), "/"+key, "is missing")
	}
	for _, key := range got.Keys {
		s.demand(key == "errors" || slices.Contains(wantKeys, key), "/"+key, "should not be there")
	}
	found := strings.TrimPrefix(got.Text("code"), "HYPERFLEET-")
	s.demand(code == "" || found == code, "/code", "is %q, want HYPERFLEET-%s: %s", got.Text("code"), code, suite.Show(answer))
	fixed, known := problems[found]
	s.demand(known, "/code", "is unknown: %q", got.Text("code"))
	s.demand(fixed.status == status, "", "has status %d, want %d", status, fixed.status)
	s.demand(fmt.Sprint(got.Get("status")) == fmt.Sprint(status), "/status", "is %v in an answer of %d", got.Get("status"), status)
	s.demand(got.Text("title") == fixed.title, "/title", "is %q, want %q", got.Text("title"), fixed.title)
	s.demand(got.Text("type") == "https://api.hyperfleet.io/errors/"+fixed.slug, "/type", "is %q, want slug %s", got.Text("type"), fixed.slug)
	s.demand(got.Text("trace_id") == requestID, "/trace_id", "is %q, X-Request-ID is %q", got.Text("trace_id"), requestID)
	s.demand(path == "" || got.Text("instance") == path, "/instance", "is %q, want %q", got.Text("instance"), path)
	s.demand(suite.TypeOf(got.Get("detail")) == "string", "/detail", "is no string")
	s.demand(suite.MatchTime("!now", got.Text("timestamp")) == "" || suite.MatchTime("!time", got.Text("timestamp")) == "", "/timestamp", "is %q", got.Text("timestamp"))
	s.faults(found, got)
	return s.wrong
}

// faults checks the form of errors[]: there with VAL-000 and nowhere else.
func (s *shape) faults(code string, got *suite.Object) {
	list, ok := got.Get("errors").([]any)
	s.demand(ok == (code == "VAL-000"), "/errors", "go with VAL-000: %s", suite.Show(got))
	for i, item := range list {
		path := fmt.Sprintf("/errors/%d", i)
		one, ok := item.(*suite.Object)
		s.demand(ok, path, "is no object")
		for _, key := range []string{"field", "constraint", "message"} {
			s.demand(ok && suite.TypeOf(one.Get(key)) == "string" && one.Text(key) != "", path+"/"+key, "is missing: %s", suite.Show(item))
		}
	}
}

// faultsOf compares errors[] with those wished for, in any order.
func faultsOf(wish []fault, answer any) []suite.Mismatch {
	var want, have []string
	for _, f := range wish {
		want = append(want, f.Field+" "+f.Constraint)
	}
	list, _ := suite.LookUp(answer, "errors")
	items, _ := list.([]any)
	for _, item := range items {
		if one, ok := item.(*suite.Object); ok {
			have = append(have, one.Text("field")+" "+one.Text("constraint"))
		}
	}
	slices.Sort(want)
	slices.Sort(have)
	if slices.Equal(want, have) {
		return nil
	}
	return []suite.Mismatch{{Path: "/errors", Message: fmt.Sprintf("are %q, want %q", have, want)}}
}
