package hyperfleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// problems are all kinds of errors.
var problems = []problem{
	problemFields, problemRequest, problemBody, problemMethod, problemTooLarge, problemMediaType, problemNobody, problemStranger,
	problemExpired, problemNoRight, problemAdapter, problemNoEndpoint, problemNoResource, problemNameTaken, problemVersion,
	problemState, problemKeyReused, problemTooOld, problemInternal, problemAway, problemTimeout, problemBusy,
}

func TestErrorsOfTheHub(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status int
		code   string
		title  string
		slug   string
		detail string
		retry  string
	}{
		"unknown and foreign objects look the same": {&hub.Error{Reason: hub.NotFound, Message: "in another namespace"},
			404, "NTF-001", "No such resource", "not-found", problemNoResource.detail, ""},
		"a name is taken": {&hub.Error{Reason: hub.AlreadyExists, Message: "x"},
			409, "CNF-001", "Name taken", "conflict", problemNameTaken.detail, ""},
		"an object is in the wrong state": {&hub.Error{Reason: hub.WrongState, Message: "it is being deleted"},
			409, "CNF-003", "Wrong state", "conflict", "It is being deleted.", ""},
		"a version does not match": {&hub.Error{Reason: hub.PreconditionFailed},
			412, "CNF-002", "Version does not match", "precondition-failed", problemVersion.detail, ""},
		"a key was used before": {&hub.Error{Reason: hub.KeyReused},
			409, "CNF-004", "Idempotency key reused", "conflict", problemKeyReused.detail, ""},
		"admission refuses": {&hub.Error{Reason: hub.Invalid, Message: "spec is wrong."},
			400, "VAL-000", "Invalid fields", "validation-error", "Spec is wrong.", ""},
		"there is no right, or no quota": {&hub.Error{Reason: hub.Forbidden, Message: "the quota is used up"},
			403, "AUZ-001", "Not allowed", "permission-denied", "The quota is used up.", ""},
		"a caller is bound to other adapters": {&hub.Error{Reason: hub.AdapterNotAllowed},
			403, "AUZ-002", "Adapter not allowed", "permission-denied", problemAdapter.detail, ""},
		"a version is too old": {&hub.Error{Reason: hub.Expired},
			410, "CNF-005", "Resource version expired", "gone", problemTooOld.detail, ""},
		"the kube-apiserver is away": {&hub.Error{Reason: hub.Unavailable, Message: "dial tcp 10.0.0.1", Err: errors.New("refused")},
			503, "SVC-001", "Unavailable", "service-unavailable", problemAway.detail, "1"},
		"it is known when to come again": {&hub.Error{Reason: hub.Unavailable, RetryAfter: 2500 * time.Millisecond},
			503, "SVC-001", "Unavailable", "service-unavailable", problemAway.detail, "3"},
		"it took too long": {&hub.Error{Reason: hub.Timeout},
			504, "SVC-002", "Timed out", "service-unavailable", problemTimeout.detail, "1"},
		"the request's time is over": {fmt.Errorf("waiting: %w", context.DeadlineExceeded),
			504, "SVC-002", "Timed out", "service-unavailable", problemTimeout.detail, "1"},
		"there is too much to do": {&hub.Error{Reason: hub.TooManyRequests, RetryAfter: time.Second},
			429, "SVC-003", "Too many requests", "too-many-requests", problemBusy.detail, "1"},
		"an object would be too large": {&hub.Error{Reason: hub.TooLarge, Message: "the object would be too large"},
			413, "VAL-009", "Body too large", "payload-too-large", "The object would be too large.", ""},
		"there is a bug": {&hub.Error{Reason: hub.Internal, Message: "nil map in /src/x.go", Err: errors.New("boom")},
			500, "INT-001", "Internal error", "internal-error", problemInternal.detail, ""},
		"there is an error nobody knows": {errors.New("boom"),
			500, "INT-001", "Internal error", "internal-error", problemInternal.detail, ""},
		"a reason nobody knows": {&hub.Error{Reason: "New", Message: "secret"},
			500, "INT-001", "Internal error", "internal-error", problemInternal.detail, ""},
		"a wrapped error is known": {fmt.Errorf("reporting: %w", &hub.Error{Reason: hub.NotFound}),
			404, "NTF-001", "No such resource", "not-found", problemNoResource.detail, ""},
		"a parameter is not understood": {badRequest("order is wrong."),
			400, "VAL-005", "Invalid request", "bad-request", "order is wrong.", ""},
		"a body cannot be read": {malformed("The body ends too early."),
			400, "VAL-006", "Unreadable body", "malformed-request", "The body ends too early.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.fail = test.err
			w := ask(t, h, http.MethodGet, "/clusters", "")
			want := map[string]any{
				"type": "https://api.hyperfleet.io/errors/" + test.slug, "title": test.title, "status": float64(test.status),
				"detail": test.detail, "code": "HYPERFLEET-" + test.code, "timestamp": "2026-01-02T03:04:05Z",
				"instance": "/api/hyperfleet/v1/clusters", "trace_id": "r-1",
			}
			if test.code == "VAL-000" {
				want["errors"] = []any{map[string]any{"field": "spec", "constraint": "schema", "message": "spec is wrong."}}
			}
			checkProblem(t, w, test.status, want)
			if got := w.Header().Get("Retry-After"); got != test.retry {
				t.Errorf("want Retry-After %q, got %q", test.retry, got)
			}
		})
	}
}

func checkProblem(t *testing.T, w *httptest.ResponseRecorder, status int, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if w.Code != status || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("X-Request-Id") != "r-1" {
		t.Errorf("unexpected status or headers: %d %v", w.Code, w.Header())
	}
}

func TestErrorsFromOutsideHandlers(t *testing.T) {
	for name, test := range map[string]struct {
		refusal facade.Refusal
		problem problem
		header  string
	}{
		"there are no credentials":         {facade.Refusal{Status: 401, Cause: facade.NoCredentials}, problemNobody, "Www-Authenticate: Bearer"},
		"the credentials are refused":      {facade.Refusal{Status: 401, Cause: facade.BadCredentials}, problemStranger, "Www-Authenticate: Bearer"},
		"the credentials have expired":     {facade.Refusal{Status: 401, Cause: facade.ExpiredCredentials}, problemExpired, "Www-Authenticate: Bearer"},
		"headers are forged":               {facade.Refusal{Status: 401, Cause: facade.ForgedHeaders}, problemStranger, "Www-Authenticate: Bearer"},
		"there is no right":                {facade.Refusal{Status: 403, Cause: facade.NoRight}, problemNoRight, ""},
		"there is no such path":            {facade.Refusal{Status: 404, Cause: facade.NoRoute}, problemNoEndpoint, ""},
		"there is no such object":          {facade.Refusal{Status: 404}, problemNoResource, ""},
		"the method is unknown":            {facade.Refusal{Status: 405, Cause: facade.NoMethod, Allow: []string{"GET", "POST"}}, problemMethod, "Allow: GET, POST"},
		"the body is too large":            {facade.Refusal{Status: 413}, problemTooLarge, ""},
		"the body is no JSON by type":      {facade.Refusal{Status: 415}, problemMediaType, ""},
		"the body cannot be read":          {facade.Refusal{Status: 400, Cause: facade.BadBody}, problemBody, ""},
		"a header is malformed":            {facade.Refusal{Status: 400, Cause: facade.BadHeader}, problemRequest, ""},
		"another error of the caller":      {facade.Refusal{Status: 431}, problemRequest, ""},
		"there are too many requests":      {facade.Refusal{Status: 429, RetryAfter: 7}, problemBusy, "Retry-After: 7"},
		"the server is about to end":       {facade.Refusal{Status: 503}, problemAway, "Retry-After: 1"},
		"the time is over":                 {facade.Refusal{Status: 504}, problemTimeout, "Retry-After: 1"},
		"a panic":                          {facade.Refusal{Status: 500, Detail: "runtime error"}, problemInternal, ""},
		"an error of the server's own":     {facade.Refusal{Status: 502}, problemInternal, ""},
		"a state is wrong":                 {facade.Refusal{Status: 409}, problemState, ""},
		"a version is too old":             {facade.Refusal{Status: 410}, problemTooOld, ""},
		"a precondition does not hold":     {facade.Refusal{Status: 412}, problemVersion, ""},
		"the words of the server are told": {facade.Refusal{Status: 403, Detail: problemNoRight.detail}, problemNoRight, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			newDialect(t, nil).Refuse(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil), test.refusal)
			var got map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"type": typePrefix + test.problem.slug, "title": test.problem.title, "status": float64(test.problem.status),
				"detail": test.problem.detail, "code": codePrefix + test.problem.code, "timestamp": "2026-01-02T03:04:05Z",
				"instance": "/x", "trace_id": "",
			}
			if diff := cmp.Diff(want, got); diff != "" || w.Code != test.problem.status {
				t.Errorf("%d -want +got:\n%s", w.Code, diff)
			}
			if name, value, _ := strings.Cut(test.header, ": "); w.Header().Get(name) != value {
				t.Errorf("want %s, got %v", test.header, w.Header())
			}
		})
	}
}

func TestProblemsAreTheDocuments(t *testing.T) {
	var d struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal(newDialect(t, nil).document.json, &d); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range problems {
		codes = append(codes, codePrefix+p.code)
	}
	slices.Sort(codes)
	documented := slices.Sorted(slices.Values(d.Components.Schemas["Problem"].Properties["code"].Enum))
	if diff := cmp.Diff(codes, documented); diff != "" {
		t.Errorf("-served +documented:\n%s", diff)
	}
}

func TestFaultsOfTheHubAreToldInOurTerms(t *testing.T) {
	for theirs, ours := range map[string]string{
		"spec.parameters":             "spec",
		"spec.parameters.zones[2]":    "spec.zones[2]",
		`spec.parameters["a.b"].c`:    `spec["a.b"].c`,
		"spec.parametersOfOthers":     "spec",
		"spec.platformName":           "spec",
		"metadata.name":               "name",
		"spec.poolName":               "name",
		"metadata.labels.a":           "labels.a",
		"report.conditions[0].reason": "conditions[0].reason",
		"report.data":                 "data",
		"report.observedTime":         "observed_time",
		"":                            "spec",
	} {
		got := faultsOf(&hub.Error{Reason: hub.Invalid, Faults: []hub.Fault{{Field: theirs, Message: "m"}}})
		if diff := cmp.Diff([]fault{{Field: ours, Constraint: "schema", Message: "m"}}, got); diff != "" {
			t.Errorf("%s -want +got:\n%s", theirs, diff)
		}
	}
}
