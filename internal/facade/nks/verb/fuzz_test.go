package verb_test

import (
	"errors"
	"testing"

	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/params"
)

// verbs are all verbs.
var verbs = map[string]verb.Verb{
	"resize": verb.Resize, "patch of a cluster": verb.PatchCluster, "cni": verb.UpdateCNI, "access": verb.ControlAccess,
	"certificates": verb.RenewCertificates, "gateways": verb.UpdateGateways, "upgrade of all": verb.UpgradeAll, "stop": verb.Stop,
	"start": verb.Start, "autoscaling": verb.SetAutoscaling, "upgrade": verb.Upgrade, "script": verb.SetScript,
	"flavor": verb.ChangeFlavor, "patch of a group": verb.PatchGroup,
}

// FuzzVerbs: whatever is sent, a verb answers with a task that touches something, or with what is wrong, and what it makes of a draft is
// what it makes of the next.
func FuzzVerbs(f *testing.F) {
	for _, body := range []string{
		`{"node_count":1,"nodegroup":"default-worker","nodes_to_remove":["a","b"]}`,
		`[{"op":"replace","path":"/node_count","value":5},{"op":"remove","path":"/max_node_count"}]`,
		`{"cni":"calico","num_max_unavailable_nodes":1,"num_buffer_nodes":1,"pod_cidr":"10.200.0.0/16"}`,
		`{"enable":"True","action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.5"},{"cidr_address":"10.10.22.3/24","description":"x"}]}`,
		`{"term_of_validity":5,"ncr_sgw":"a","obs_sgw":"b","node_list":"a:b","contents":"#!","type":"flavor_id","flavor_id":"f"}`,
		`{"ca_enable":true,"ca_max_node_count":"10","ca_min_node_count":1,"ca_scale_down_util_thresh":1e2}`,
		`{"version":"v1.24.3","cluster_template":"v1.25.4","max_batch_size":99999999999999999999}`,
	} {
		f.Add([]byte(body), "default-worker", true)
		f.Add([]byte(body), masterID, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, group string, strict bool) {
		value, faults := params.Decode(body, "body")
		if len(faults) > 0 {
			return
		}
		request := verb.Request{Settings: verb.Settings{Strict: strict, Versions: versions()}, Now: now, Group: group}
		request.Body, _ = value.(map[string]any)
		request.Patch, _ = value.([]any)
		for name, made := range verbs {
			task, err := made(request)
			if err != nil {
				refusedAsAClientIs(t, name, err)
				continue
			}
			first, second := newDraft(), newDraft()
			err = task.Plan(t.Context(), first)
			again := task.Plan(t.Context(), second)
			if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
				t.Fatalf("%s: %v, and on the next draft %v", name, err, again)
			}
			if err != nil {
				refusedAsAClientIs(t, name, err)
				continue
			}
			if len(first.Touched()) == 0 {
				t.Fatalf("%s touches nothing", name)
			}
		}
	})
}

func refusedAsAClientIs(t *testing.T, name string, err error) {
	t.Helper()
	known, ok := errors.AsType[*fields.Error](err)
	if !ok || len(known.Faults) == 0 || known.Status() < 400 || known.Status() > 409 {
		t.Fatalf("%s: %v is no refusal", name, err)
	}
}
