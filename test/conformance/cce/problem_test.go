package cce

import (
	"fmt"
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// problem is a row of the table of errors.
type problem struct {
	status                      int
	reason, code, class, detail string
}

var problems = map[string]problem{
	"request": {http.StatusBadRequest, "BadRequest", "CCE.03400001", "Invalid request.", "4000003"},
	"values":  {http.StatusBadRequest, "BadRequest", "CCE.03400001", "Invalid request.", "4000002"},
	"gate":    {http.StatusBadRequest, "BadRequest", "CCE.03400001", "Invalid request.", "4030302"},
	"nobody":  {http.StatusUnauthorized, "Unauthorized", "CCE.03401001", "Unauthorized.", "4010001"},
	"right":   {http.StatusForbidden, "Forbidden", "CCE.03403001", "Forbidden.", "4030001"},
	"addon":   {http.StatusNotFound, "NotFound", "CCE.03404001", "Resource not found.", "4040204"},
	"cluster": {http.StatusNotFound, "NotFound", "CCE.01404001", "Resource not found.", "4040001"},
	"path":    {http.StatusNotFound, "NotFound", "CCE.03404001", "Resource not found.", "4040001"},
	"method":  {http.StatusMethodNotAllowed, "MethodNotAllowed", "CCE.03405001", "Method not allowed.", "4050001"},
	"state":   {http.StatusConflict, "Conflict", "CCE.03409001", "Conflict.", "4090001"},
	"large":   {http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "CCE.03413001", "Request entity too large.", "4130001"},
}

// detailPrefix is where error.code begins.
const detailPrefix = "SVCSTG.CCE-ADDONMGR."

// noProblem is what a case names whose rows are not all errors.
const noProblem = "none"

// isError compares an error with the row that a case names.
func isError(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	name, err := p.Text(wish.Value)
	if err != nil {
		return nil, err
	}
	want, known := problems[name]
	body, _ := a.Body.(*suite.Object)
	s := &shape{}
	if !known {
		s.demand(name == noProblem && a.Status/100 == 2, "", "has status %d, want %s", a.Status, name)
		return s.wrong, nil
	}
	s.demand(a.Status == want.status, "", "has status %d, want %d", a.Status, want.status)
	for member, text := range map[string]string{"reason": want.reason, "errorCode": want.code, "errorMessage": want.class} {
		s.demand(body.Text(member) == text, "/"+member, "is %s, want %s", suite.Show(body.Get(member)), text)
	}
	s.demand(body.Child("error").Text("code") == detailPrefix+want.detail, "/error/code", "is %s, want %s", suite.Show(body.Get("error")), want.detail)
	return s.wrong, nil
}

// failure checks the members of an error, and what hangs together in it.
func (s *shape) failure(status int, body *suite.Object) {
	s.keys("", body, "kind", "apiVersion", "metadata", "status", "code", "reason", "message", "errorCode", "errorMessage", "error_code", "error_msg", "error")
	s.keys("/error", body.Child("error"), "code", "message")
	s.keys("/metadata", body.Child("metadata"))
	for member, text := range map[string]string{"kind": "Status", "apiVersion": "v1", "status": "Failure"} {
		s.demand(body.Text(member) == text, "/"+member, "is %s", suite.Show(body.Get(member)))
	}
	s.demand(fmt.Sprint(body.Get("code")) == fmt.Sprint(status), "/code", "is %s", suite.Show(body.Get("code")))
	text := body.Text("message")
	s.demand(text != "" && !strings.Contains(text, "\n"), "/message", "is %q", text)
	s.demand(body.Text("error_msg") == text && body.Child("error").Text("message") == text, "/error_msg", "differs from message")
	s.demand(body.Text("error_code") == body.Text("errorCode"), "/error_code", "differs from errorCode")
	known := false
	for _, row := range problems {
		known = known || row.status == status && body.Text("errorCode") == row.code && body.Text("errorMessage") == row.class &&
			body.Text("reason") == row.reason && body.Child("error").Text("code") == detailPrefix+row.detail
	}
	s.demand(known, "", "is no row of the table of errors")
}
