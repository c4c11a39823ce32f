package document_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// secretLabels are labels with a secret of each kind.
var secretLabels = in{
	"user_script": "#!/bin/sh\nold " + secretText, "user_script_v2": "#!/bin/sh\n" + secretText, "boot_volume_key_id": "k", "boot_volume_appkey": secretText,
	"extra_volumes": []any{in{"volume_size": 5, "volume_appkey": secretText + "1"}, in{"volume_key_id": "k"}, in{"volume_appkey": secretText + "2"}, in{"volume_appkey": secretText + "2"}},
}

func TestSecretsOfANewCluster(t *testing.T) {
	sent := changed(t, guideCluster, nil, secretLabels)
	wish, err := document.NewCluster(body(t, sent), rules())
	if err != nil {
		t.Fatal(err)
	}
	spec := wish.Pool.Spec
	data := map[string]map[string]string{}
	for _, secret := range wish.Pool.Secrets {
		data[secret.Name] = map[string]string{}
		for key, value := range secret.Data {
			data[secret.Name][key] = string(value)
		}
	}
	whole := `[{"volume_appkey":"hunter21","volume_size":5},{"volume_key_id":"k"},{"volume_appkey":"hunter22"},{"volume_appkey":"hunter22"}]`
	want := map[string]map[string]string{
		spec.UserScriptSecretName:                                {"user_script": "#!/bin/sh\nold hunter2", "user_script_v2": "#!/bin/sh\nhunter2"},
		spec.Machine.BootVolume.Encryption.AppKeySecretName:      {"appkey": "hunter2"},
		spec.Machine.ExtraVolumes[0].Encryption.AppKeySecretName: {"appkey": "hunter21", "extra_volumes": whole},
		spec.Machine.ExtraVolumes[2].Encryption.AppKeySecretName: {"appkey": "hunter22", "extra_volumes": whole},
	}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if spec.Machine.ExtraVolumes[1].Encryption.AppKeySecretName != "" || spec.Machine.ExtraVolumes[3].Encryption.AppKeySecretName != spec.Machine.ExtraVolumes[2].Encryption.AppKeySecretName {
		t.Errorf("volumes are %+v", spec.Machine.ExtraVolumes)
	}
	for name := range data {
		if !strings.HasPrefix(name, "test-k8s-default-worker-") {
			t.Errorf("a Secret of the node group is called %s", name)
		}
	}
	stored, err := json.Marshal(create(wish).Fleet)
	must(err)
	if strings.Contains(string(stored), secretText) {
		t.Errorf("stored are %s", stored)
	}
	again, _ := document.NewCluster(body(t, strings.Replace(sent, `sh\nhunter2`, `sh\nhunter3`, 1)), rules())
	if again.Pool.Spec.UserScriptSecretName == spec.UserScriptSecretName {
		t.Error("another script has a Secret of the same name")
	}
}

func TestWhoSeesSecrets(t *testing.T) {
	w := newCluster(t, secretLabels)
	wish, err := document.NewNodeGroup(body(t, changed(t, guideGroup, nil, secretLabels)), w.Fleet, rules())
	if err != nil {
		t.Fatal(err)
	}
	record, worker := w.add(wish), w.Pools[0]
	const hidden = `[{"volume_size":5},{"volume_key_id":"k"},{},{}]`
	const whole = `[{"volume_appkey":"hunter21","volume_size":5},{"volume_key_id":"k"},{"volume_appkey":"hunter22"},{"volume_appkey":"hunter22"}]`
	quote := func(text string) string { return string(reply.Encode(text)) }
	old, script, key := quote(secretLabels["user_script"].(string)), quote(secretLabels["user_script_v2"].(string)), quote(secretText)
	for name, row := range map[string]struct {
		shown map[string]any
		// want are user_script, user_script_v2, boot_volume_appkey and extra_volumes.
		want [4]string
	}{
		"a cluster in a list": {document.ShortCluster(w.Fleet, plain), [4]string{"", "", "", hidden}},
		"a cluster":           {document.LongCluster(w.Fleet, document.Viewer{Secrets: w.kept(worker)}), [4]string{"", "", "", hidden}},
		"a cluster, with a right that is of no use": {document.LongCluster(w.Fleet, document.Viewer{Secrets: w.kept(worker), Whole: true}), [4]string{"", "", "", hidden}},
		"a cluster for gophercloud":                 {document.LongCluster(w.Fleet, document.Viewer{Secrets: w.kept(worker), Gophercloud: true}), [4]string{"", "", "", quote(hidden)}},
		"a cluster for gophercloud, with the right": {document.LongCluster(w.Fleet, document.Viewer{Secrets: w.kept(worker), Gophercloud: true, Whole: true}), [4]string{old, script, key, quote(whole)}},
		"a node group":                                {document.LongNodeGroup(w.Fleet, record, document.Viewer{Secrets: w.kept(record)}), [4]string{old, script, key, hidden}},
		"a node group without its Secrets":            {document.LongNodeGroup(w.Fleet, record, plain), [4]string{"", "", "", hidden}},
		"a node group for gophercloud":                {document.LongNodeGroup(w.Fleet, record, document.Viewer{Secrets: w.kept(record), Gophercloud: true}), [4]string{old, script, key, quote(hidden)}},
		"a node group for gophercloud with the right": {document.LongNodeGroup(w.Fleet, record, document.Viewer{Secrets: w.kept(record), Gophercloud: true, Whole: true}), [4]string{old, script, key, quote(whole)}},
		"the default-worker":                          {document.LongNodeGroup(w.Fleet, worker, document.Viewer{Secrets: w.kept(worker)}), [4]string{old, script, key, hidden}},
		"the default-worker, which was not sent":      {document.LongNodeGroup(w.Fleet, worker, document.Viewer{Secrets: w.kept(worker), Gophercloud: true, Whole: true}), [4]string{old, script, key, quote(hidden)}},
	} {
		t.Run(name, func(t *testing.T) {
			labels := labelTexts(row.shown)
			got := [4]string{labels["user_script"], labels["user_script_v2"], labels["boot_volume_appkey"], labels["extra_volumes"]}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAScriptThatChanged(t *testing.T) {
	sent := newCluster(t, in{"user_script": "", "user_script_v2": "old"})
	worker := sent.Pools[0]
	worker.NodePool.Spec.UserScriptSecretName = "newer"
	sent.secrets["newer"] = map[string][]byte{fleetv1.UserScriptV2Key: []byte("new")}
	labels := labelTexts(document.LongNodeGroup(sent.Fleet, worker, document.Viewer{Secrets: sent.kept(worker)}))
	if labels["user_script_v2"] != `"new"` || labels["user_script"] != `""` {
		t.Errorf("shown are %v", labels)
	}
	worker.NodePool.Spec.UserScriptSecretName = ""
	labels = labelTexts(document.LongNodeGroup(sent.Fleet, worker, plain))
	if labels["user_script_v2"] != `""` {
		t.Errorf("without a script %v", labels)
	}
}

// TestSecretsStayAside: whatever is sent, no secret is stored in an object or shown to who may not see it, and a client on gophercloud
// with the right reads just what it sent.
func TestSecretsStayAside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent, group := drawCluster(t, true), drawGroup(t, true)
		w := made(t, sent, rules())
		record := joined(t, w, group, rules())
		stored, err := json.Marshal(w.Fleet)
		must(err)
		for _, shown := range []map[string]any{
			document.ShortCluster(w.Fleet, plain), document.ShortCluster(w.Fleet, gopher), document.LongNodeGroup(w.Fleet, record, plain),
			document.LongCluster(w.Fleet, document.Viewer{Secrets: w.kept(w.Pools[0]), Gophercloud: true}),
		} {
			if text := string(reply.Encode(shown)); strings.Contains(text, secretText) || strings.Contains(string(stored), secretText) {
				t.Fatalf("shown  %s\nstored %s", text, stored)
			}
		}
		viewer := document.Viewer{Gophercloud: true, Whole: true, Secrets: w.kept(w.Pools[0])}
		expectLabels(t, document.LongCluster(w.Fleet, viewer), sent.labels, viewer, true)
		viewer.Secrets = w.kept(record)
		expectLabels(t, document.LongNodeGroup(w.Fleet, record, viewer), group.labels, viewer, true)
		viewer = document.Viewer{Secrets: maps.Clone(viewer.Secrets)}
		if volumes := labelTexts(document.LongNodeGroup(w.Fleet, record, viewer))["extra_volumes"]; strings.Contains(volumes, secretText) {
			t.Fatalf("volumes are %s", volumes)
		}
	})
}
