package verb_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestSetScript(t *testing.T) {
	const on = "default-worker"
	named := func(secret string) func(*hub.Draft) {
		return workers(func(p *fleetv1.NodePool) { p.Spec.UserScriptSecretName = secret })
	}
	for name, tc := range map[string]struct {
		row
		secret map[string][]byte
	}{
		"the published example": {
			row:    row{group: on, body: `{"contents":"user script contents here..."}`},
			secret: map[string][]byte{"user_script_v2": []byte("user script contents here...")},
		},
		"a script of the older form stays": {
			row:    row{group: on, body: `{"contents":"x"}`, given: named("scripts")},
			secret: map[string][]byte{"user_script": []byte("old form"), "user_script_v2": []byte("x")},
		},
		"a Secret that is gone, or nobody's business": {
			row:    row{group: on, body: `{"contents":"x"}`, given: named("gone")},
			secret: map[string][]byte{"user_script_v2": []byte("x")},
		},
		"strict: with an interpreter": {
			row:    row{strict: true, group: on, body: `{"contents":"#!/bin/sh\ntrue\n"}`},
			secret: map[string][]byte{"user_script_v2": []byte("#!/bin/sh\ntrue\n")},
		},
		"the longest script": {
			row:    row{group: on, body: `{"contents":"` + times(65536, "x") + `"}`},
			secret: map[string][]byte{"user_script_v2": []byte(times(65536, "x"))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			task, err := verb.SetScript(requestOf(t, tc.row))
			if err != nil {
				t.Fatal(err)
			}
			draft := newDraft()
			if tc.given != nil {
				tc.given(draft)
			}
			if err := task.Plan(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
			touched := draft.Touched()
			if len(touched) != 1 || touched[0].Pool != draft.Pools[0] || len(touched[0].Secrets) != 1 {
				t.Fatalf("touched: %+v; want default-worker with a Secret", touched)
			}
			secret := touched[0].Secrets[0]
			if diff := cmp.Diff(tc.secret, secret.Data); diff != "" {
				t.Errorf("secret (-want +got):\n%s", diff)
			}
			if got := draft.Pools[0].Spec.UserScriptSecretName; got != secret.Name {
				t.Errorf("the group names %s, the Secret is %s", got, secret.Name)
			}
		})
	}
	run(t, verb.SetScript, "NODEGROUP_USERSCRIPT_UPDATE", map[string]row{
		"nothing":      {group: on, body: `{}`, refused: []string{"400 Invalid input for field/attribute contents. Value is required."}},
		"an empty one": {group: on, body: `{"contents":""}`, refused: []string{"400 Invalid input for field/attribute contents. Value should not be empty."}},
		"no text":      {group: on, body: `{"contents":7}`, refused: []string{"400 Invalid input for field/attribute contents. Value should be a string."}},
		"one that is too long": {
			group: on, body: `{"contents":"` + times(65537, "x") + `"}`, refused: []string{"400 Invalid input for field/attribute contents. Value should have at most 65536 bytes."},
		},
		"strict: without an interpreter": {
			strict: true, group: on, body: `{"contents":"true"}`, refused: []string{"400 Invalid input for field/attribute contents. The first line should begin with #!."},
		},
		"the control plane": {
			group: "default-master", body: `{"contents":"x"}`, clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."},
		},
	})
}

func TestNamesOfSecretsDifferWithTheirContent(t *testing.T) {
	seen := map[string]string{}
	for name, body := range map[string]string{"one": `{"contents":"one"}`, "another": `{"contents":"another"}`} {
		task, err := verb.SetScript(requestOf(t, row{body: body, group: "default-worker"}))
		if err != nil {
			t.Fatal(err)
		}
		draft := newDraft()
		if err := task.Plan(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		secret := draft.Pools[0].Spec.UserScriptSecretName
		if other, taken := seen[secret]; taken {
			t.Errorf("%s and %s are both %s", name, other, secret)
		}
		seen[secret] = name
	}
}

func TestWhatCannotBeReadStopsATask(t *testing.T) {
	away := errors.New("away")
	task, err := verb.SetScript(requestOf(t, row{body: `{"contents":"x"}`, group: "default-worker"}))
	if err != nil {
		t.Fatal(err)
	}
	draft := newDraft()
	draft.Pools[0].Spec.UserScriptSecretName = "scripts"
	draft.Kept = func(context.Context, string) (map[string][]byte, error) { return nil, away }
	if err := task.Plan(t.Context(), draft); !errors.Is(err, away) {
		t.Errorf("error: %v; want %v", err, away)
	}
}
