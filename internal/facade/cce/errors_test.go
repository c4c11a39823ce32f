package cce

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
)

// TestWholeError is an error with all its members.
func TestWholeError(t *testing.T) {
	got := ask{method: "GET", path: "/addons/" + unknownID}.do(t, newFakeHub())
	want := `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":404,"reason":"NotFound","message":"Addon not exist",` +
		`"errorCode":"CCE.03404001","errorMessage":"Resource not found.","error_code":"CCE.03404001","error_msg":"Addon not exist",` +
		`"error":{"code":"SVCSTG.CCE-ADDONMGR.4040204","message":"Addon not exist"}}`
	if diff := cmp.Diff(want, got.text); diff != "" || got.status != http.StatusNotFound {
		t.Error(got.status, diff)
	}
}

// kind is what tells kinds of errors apart.
type kind struct {
	status                               int
	reason, code, class, detail, retries string
}

func kindOf(got answer) kind {
	text := func(path string) string {
		value, _ := got.at(path).(string)
		return value
	}
	return kind{got.status, text("reason"), text("errorCode"), text("errorMessage"), strings.TrimPrefix(text("error/code"), "SVCSTG.CCE-ADDONMGR."), got.header.Get("Retry-After")}
}

// The rows of the table of errors.
var (
	kindRequest  = kind{400, "BadRequest", "CCE.03400001", "Invalid request.", "4000003", ""}
	kindValues   = kind{400, "BadRequest", "CCE.03400001", "Invalid request.", "4000002", ""}
	kindGate     = kind{400, "BadRequest", "CCE.03400001", "Invalid request.", "4030302", ""}
	kindNobody   = kind{401, "Unauthorized", "CCE.03401001", "Unauthorized.", "4010001", ""}
	kindNoRight  = kind{403, "Forbidden", "CCE.03403001", "Forbidden.", "4030001", ""}
	kindInstance = kind{404, "NotFound", "CCE.03404001", "Resource not found.", "4040204", ""}
	kindCluster  = kind{404, "NotFound", "CCE.01404001", "Resource not found.", "4040001", ""}
	kindPath     = kind{404, "NotFound", "CCE.03404001", "Resource not found.", "4040001", ""}
	kindState    = kind{409, "Conflict", "CCE.03409001", "Conflict.", "4090001", ""}
	kindLarge    = kind{413, "RequestEntityTooLarge", "CCE.03413001", "Request entity too large.", "4130001", ""}
	kindBusy     = kind{429, "TooManyRequests", "CCE.03429001", "Too many requests.", "4290001", "7"}
	kindBug      = kind{500, "InternalError", "CCE.03500001", "Internal error.", "5000001", ""}
	kindAway     = kind{503, "ServiceUnavailable", "CCE.03503001", "Service unavailable.", "5030001", "1"}
	kindMethod   = kind{405, "MethodNotAllowed", "CCE.03405001", "Method not allowed.", "4050001", ""}
)

// TestErrorsOfTheHub is what the hub's reasons mean.
func TestErrorsOfTheHub(t *testing.T) {
	faults := func(faults ...hub.Fault) error {
		return &hub.Error{Reason: hub.Invalid, Message: "broken", Faults: faults, Err: errors.New("inside")}
	}
	for name, row := range map[string]struct {
		err  error
		kind kind
		text string
	}{
		"no template": {faults(hub.Fault{Field: "spec.templateName", Message: "x is not in the catalogue", Rule: hub.RuleTemplate}), kindRequest, "spec.addonTemplateName: x is not in the catalogue"},
		"no version": {faults(hub.Fault{Field: "spec.version", Message: "template npd has no version 9.9.9; it has 1.13.5, 1.14.0", Rule: hub.RuleVersion}), kindRequest,
			"spec.version: template npd has no version 9.9.9; it has 1.13.5, 1.14.0"},
		"gate":                {faults(hub.Fault{Field: "spec.version", Message: "needs more", Rule: hub.RuleGate}), kindGate, "spec.version: needs more"},
		"params":              {faults(hub.Fault{Field: "spec.params.replicas", Message: "must be at least 1", Rule: hub.RuleParams}), kindValues, "spec.values.custom.replicas: must be at least 1"},
		"params in basic":     {faults(hub.Fault{Field: "spec.params.auth.user", Message: "m", Rule: hub.RuleParams}), kindValues, "spec.values.basic.auth.user: m"},
		"params beside":       {faults(hub.Fault{Field: "spec.params.flavor.x", Message: "m", Rule: hub.RuleParams}), kindValues, "spec.values.flavor.x: m"},
		"params with a dot":   {faults(hub.Fault{Field: `spec.params["a.b"]`, Message: "m", Rule: hub.RuleParams}), kindValues, `spec.values.basic["a.b"]: m`},
		"params by admission": {faults(hub.Fault{Field: "spec.params.x", Message: "m"}), kindValues, "spec.values.x: m"},
		"all params":          {faults(hub.Fault{Field: "spec.params", Message: "m"}), kindValues, "spec.values: m"},
		"several":             {faults(hub.Fault{Field: "spec.params.x", Message: "m", Rule: hub.RuleParams}, hub.Fault{Field: "spec.version", Message: "n", Rule: hub.RuleGate}), kindGate, "spec.values.x: m; spec.version: n"},
		"whatever else":       {faults(hub.Fault{Field: "metadata.name", Message: "m"}, hub.Fault{Field: "spec.params.x", Message: "n"}), kindRequest, "metadata.name: m; spec.values.x: n"},
		"no field":            {faults(hub.Fault{Message: "m"}), kindRequest, "spec: m"},
		"a reference":         {faults(hub.Fault{Field: "spec.valuesFrom[0]", Message: "m"}), kindRequest, "spec.values: m"},
		"no faults":           {&hub.Error{Reason: hub.Invalid, Message: "broken"}, kindRequest, "broken"},
		"no cluster any more": {notFound(), kindCluster, "Cluster not exist"},
		"the name is taken":   {&hub.Error{Reason: hub.AlreadyExists, Message: "taken"}, kindState, "taken"},
		"a wrong state":       {&hub.Error{Reason: hub.WrongState, Message: "being deleted"}, kindState, "being deleted"},
		"a quota":             {&hub.Error{Reason: hub.Forbidden, Message: "quota"}, kindNoRight, "quota"},
		"too large":           {&hub.Error{Reason: hub.TooLarge, Message: "large"}, kindLarge, "large"},
		"busy":                {&hub.Error{Reason: hub.TooManyRequests, Message: "secret", RetryAfter: 6500 * time.Millisecond}, kindBusy, "There are too many requests at the moment; try again"},
		"away":                {&hub.Error{Reason: hub.Unavailable, Message: "secret"}, kindAway, "The service cannot do this at the moment; try again"},
		"too late":            {&hub.Error{Reason: hub.Timeout, Message: "It took too long"}, kindAway, "It took too long"},
		"a bug":               {&hub.Error{Reason: hub.Internal, Message: "secret"}, kindBug, "Something went wrong that should not"},
		"a reason of others":  {&hub.Error{Reason: hub.KeyReused, Message: "secret"}, kindBug, "Something went wrong that should not"},
		"another error":       {errors.New("secret"), kindBug, "Something went wrong that should not"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.fail = row.err
			body := body(`{}`, `"version":"1.13.5","values":{"basic":{"auth":{"user":"u"},"a.b":1},"custom":{"replicas":0},"flavor":{}}`)
			h.catalogue = nil // the version is asked of the hub only by the write
			got := ask{method: "POST", path: "/addons", body: body}.do(t, h)
			if diff := cmp.Diff(row.kind, kindOf(got), cmp.AllowUnexported(kind{})); diff != "" {
				t.Error(diff)
			}
			for _, path := range []string{"message", "error_msg", "error/message"} {
				if got.at(path) != row.text {
					t.Errorf("%s is %q; want %q", path, got.at(path), row.text)
				}
			}
		})
	}
}

// TestGone holds that what goes while it is written to is not found.
func TestGone(t *testing.T) {
	for _, a := range []ask{
		{method: "PUT", path: "/addons/" + string(addonID), body: body(`{}`, `"version":"1.13.5","values":{}`)},
		{method: "DELETE", path: "/addons/" + string(addonID)},
		{method: "POST", path: "/addons/" + string(addonID) + "/operation/rollback"},
	} {
		h := newFakeHub()
		if got := a.do(t, goneHub{h}); kindOf(got) != kindInstance {
			t.Errorf("%s: %s", a.method, got.text)
		}
	}
	if got := (ask{method: "GET", path: "/addons?cluster_id=prod"}).do(t, &fakeHub{clusters: newFakeHub().clusters, fail: notFound()}); kindOf(got) != kindCluster {
		t.Error(got.text)
	}
}

// TestRefusals is what errors that are raised outside handlers mean.
func TestRefusals(t *testing.T) {
	for name, row := range map[string]struct {
		refusal facade.Refusal
		kind    kind
	}{
		"no credentials":  {facade.Refusal{Status: 401, Cause: facade.NoCredentials}, kindNobody},
		"bad credentials": {facade.Refusal{Status: 401, Cause: facade.BadCredentials, Detail: "differ"}, kindNobody},
		"no right":        {facade.Refusal{Status: 403, Cause: facade.NoRight}, kindNoRight},
		"a bad header":    {facade.Refusal{Status: 400, Cause: facade.BadHeader}, kindRequest},
		"a bad body":      {facade.Refusal{Status: 400, Cause: facade.BadBody}, kindRequest},
		"no path":         {facade.Refusal{Status: 404, Cause: facade.NoRoute}, kindPath},
		"no method":       {facade.Refusal{Status: 405, Cause: facade.NoMethod, Allow: []string{"GET"}}, kindMethod},
		"too large":       {facade.Refusal{Status: 413}, kindLarge},
		"busy":            {facade.Refusal{Status: 429, RetryAfter: 7}, kindBusy},
		"away":            {facade.Refusal{Status: 503}, kindAway},
		"too late":        {facade.Refusal{Status: 504}, kindAway},
		"a bug":           {facade.Refusal{Status: 500, Detail: "secret"}, kindBug},
		"what is new":     {facade.Refusal{Status: 418}, kindRequest},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			(&Dialect{}).Refuse(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", nil), row.refusal)
			body, faults := params.DecodeObject(w.Body.Bytes(), "")
			if len(faults) > 0 {
				t.Fatal(w.Body)
			}
			got := answer{status: w.Code, header: w.Header(), body: body}
			if diff := cmp.Diff(row.kind, kindOf(got), cmp.AllowUnexported(kind{})); diff != "" || strings.Contains(w.Body.String(), "secret") {
				t.Error(diff)
			}
			if authenticate := w.Header().Get("WWW-Authenticate"); (authenticate == "Bearer") != (w.Code == 401) {
				t.Error(authenticate)
			}
		})
	}
}

// TestUnknown is what paths and methods that mean nothing answer.
func TestUnknown(t *testing.T) {
	for _, row := range []struct {
		method, path, allow string
		kind                kind
	}{
		{"GET", "", "", kindPath}, {"GET", "/", "", kindPath}, {"GET", "/nothing", "", kindPath}, {"GET", "/addons/x/y", "", kindPath},
		{"GET", "/addons//x", "", kindPath}, {"GET", "/addons/x%2Fy", "", kindPath},
		{"PUT", "/addons", "GET, POST", kindMethod}, {"PATCH", "/addons/x", "DELETE, GET, PUT", kindMethod},
		{"GET", "/addons/x/operation/rollback", "POST", kindMethod}, {"POST", "/addontemplates", "GET", kindMethod},
		{"OPTIONS", "/addons", "GET, POST", kindMethod},
	} {
		got := ask{method: row.method, path: row.path}.do(t, newFakeHub())
		if kindOf(got) != row.kind || got.header.Get("Allow") != row.allow {
			t.Errorf("%s %s: %s, %s", row.method, row.path, got.text, got.header.Get("Allow"))
		}
	}
	if got := (ask{method: "HEAD", path: "/addons"}).do(t, newFakeHub()); got.status != 405 || got.header.Get("Allow") != "GET, POST" {
		t.Error(got.status, got.header)
	}
}
