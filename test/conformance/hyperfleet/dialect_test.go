package hyperfleet

import (
	"context"
	"embed"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

//go:embed cases/*.yaml rules.yaml
var data embed.FS

// dialect is what is particular about this suite. Its steps know these words beside those of all suites:
//
//	report      a request: "<adapter> <True|False|Unknown> <generation>", to the object of the path `to`; `at` is its time, without
//	            which each is a second newer than the one before; `finalized` adds that condition; the members of `extra` replace
//	            those of the report
//	problem     the code of an error, VAL-000, which tells the status too
//	faults      the errors of a VAL-000, in any order: field and constraint
//	found       the names of a list's items, without the run's suffix
//	ready, available  "<status> <reason> <observed_generation>"
//	moved       the conditions whose last_transition_time is another one than at the step before that says what moved
func dialect() suite.Dialect {
	return suite.Dialect{
		Name: "hyperfleet", Root: root, Base: base, Data: data,
		Tenant: tenant.Wish{Prefix: "conformance", Cluster: []string{"dns", "validation"}, NodePool: []string{"validation"}},
		Always: func(s suite.Step, a *suite.Answer) []suite.Mismatch { return always(a, s.Text("problem")) },
		Words: map[string]suite.Word{
			"problem": isError, "faults": hasFaults, "found": hasFound, "ready": hasCondition("Ready"), "available": hasCondition("Available"),
			"moved":  hasMoved,
			"report": nil, "to": nil, "at": nil, "finalized": nil, "extra": nil,
		},
		Faults:   stepFaults,
		Acts:     func(s suite.Step) bool { return s.Text("report") != "" },
		Expand:   expandReport,
		Remember: rememberTransitions,
		Identify: identify,
		Event:    shapeOfEvent,
	}
}

// TestEveryRuleHasACase fails for a rule that no case checks.
func TestEveryRuleHasACase(t *testing.T) { suite.CheckRules(t, dialect()) }

// TestEveryCaseIsWhole fails for cases that would be played in another way than their author meant.
func TestEveryCaseIsWhole(t *testing.T) { suite.CheckCases(t, dialect()) }

// stepFaults tells what is wrong with a step as it is written.
func stepFaults(s suite.Step) []string {
	var faults []string
	report, problem := s.Text("report"), s.Text("problem")
	if isRequest := s.Do != "" || report != ""; isRequest && (s.Status == 0) == (problem == "") {
		faults = append(faults, "needs one of status and problem")
	}
	if _, known := problems[problem]; problem != "" && !known {
		faults = append(faults, "unknown problem "+problem)
	}
	if report != "" && len(strings.Fields(report)) != 3 {
		faults = append(faults, "a report is three words")
	}
	return faults
}

// identify makes the identities that come with a client certificate.
func identify(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant, name string) *suite.Identity {
	t.Helper()
	adapter := "fleet.slipway.dev:adapter:dns"
	subjects := map[string]suite.Subject{
		"address":  {User: "ops@fleet.example.com", By: "ops@fleet.example.com", Groups: []string{home.Admins()}},
		"odd name": {User: "::Müller & (ops)::", By: "M.ller.ops@slipway.local", Groups: []string{home.Admins()}},
		"group":    {User: "remote-dns", By: "remote-dns@slipway.local", Groups: []string{adapter}},
		// It has rights of its own beside the binding.
		"group admin": {User: "remote-dns", By: "remote-dns@slipway.local", Groups: []string{adapter, home.Admins()}},
	}
	subject, found := subjects[name]
	if !found {
		return nil
	}
	return w.Certified(ctx, t, home, subject)
}
