package cce

import (
	"context"
	"embed"
	"flag"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

//go:embed cases/*.yaml rules.yaml
var data embed.FS

const root = "/api/v3"

var flagPlatform = flag.String("platform", "kwok", "Platform that the real cluster is made on")

// adapter reports for the clusters that need not be real.
const adapter = "conformance"

// dialect is what is particular about this suite. Its steps know these words beside those of all suites:
//
//	problem  which row of the table of errors the answer is, which tells the status too; "none" for none
//	versions the versions of the only template of a list
//	iaas     marks a request to the IaaS dialect, whose answers have another form
//	sign     how the request is signed with an access key; see signing
func dialect() suite.Dialect {
	return suite.Dialect{
		Name: "cce", Root: root, Base: root, Data: data,
		Tenant: tenant.Wish{Prefix: "conformance", Cluster: []string{adapter}, NodePool: []string{adapter}},
		Always: always,
		Words:  map[string]suite.Word{"problem": isError, "sign": nil, "versions": hasVersions, "iaas": nil},
		Faults: stepFaults,
		Finish: finish,
		Prepare: func(ctx context.Context, t *testing.T, w *suite.World, home *tenant.Tenant) {
			t.Helper()
			if w.Shared != nil {
				return
			}
			// Only the tenant that the cases share has what takes long to make.
			makeCatalogue(ctx, t, w, home)
			makeKeys(ctx, t, w, home)
			makeClusters(ctx, t, w, home)
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
	problem := s.Text("problem")
	if s.Do != "" && (s.Status == 0) == (problem == "") {
		faults = append(faults, "needs one of status and problem")
	}
	if _, known := problems[problem]; problem != "" && !known && !strings.Contains(problem, "${") {
		faults = append(faults, "unknown problem "+problem)
	}
	return faults
}
