package nks

import (
	"context"
	"embed"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

//go:embed cases/*.yaml rules.yaml
var data embed.FS

// dialect is what is particular about this suite. Its steps know these words beside those of all suites:
//
//	cluster  asks for a cluster: the body of bodies.yaml, changed by the members of the word
//	group    asks for a node group of the cluster that the word "of" names, in the same way
//	faults   the fields that an error is about, separated by blanks: all of them, and no others
//	says     patterns, each of which the detail of an entry of an error fits
//	elsewhere marks a request to another dialect, whose answers have another form
//	event    what must be true of the last event in a list
func dialect() suite.Dialect {
	prepared := false
	return suite.Dialect{
		Name: "nks", Data: data,
		Tenant: tenant.Wish{Prefix: "nks", Cluster: []string{adapterName}, NodePool: []string{adapterName}},
		Vars:   variables(),
		Always: always,
		Words:  map[string]suite.Word{"cluster": nil, "group": nil, "of": nil, "faults": hasFaults, "says": says, "event": lastEvent, "elsewhere": nil},
		Acts:   asks,
		Expand: expand,
		Faults: stepFaults,
		Prepare: func(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
			t.Helper()
			// Only the tenant that the cases share, which is made first, has a cluster that is always there.
			if !prepared {
				prepared = true
				startAdapter(ctx, t, w)
				makeSteady(ctx, t, w, home)
			}
		},
	}
}

// TestEveryRuleHasACase fails for a rule that no case checks.
func TestEveryRuleHasACase(t *testing.T) { suite.CheckRules(t, dialect()) }

// TestEveryCaseIsWhole fails for cases that would be played in another way than their author meant.
func TestEveryCaseIsWhole(t *testing.T) { suite.CheckCases(t, dialect()) }

// stepFaults tells what is wrong with a step as it is written.
func stepFaults(s suite.Step) []string {
	var faults []string
	if (s.Do != "" || asks(s)) && s.Status == 0 {
		faults = append(faults, "needs a status")
	}
	if s.Do != "" && asks(s) {
		faults = append(faults, "has two requests")
	}
	if s.Text("of") != "" && s.Words["group"].Kind == 0 {
		faults = append(faults, "names a cluster for no group")
	}
	return faults
}
