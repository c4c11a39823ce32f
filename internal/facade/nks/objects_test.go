package nks

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// newClusterBody is a request that says only what it must.
const newClusterBody = `{"name":"new","cluster_template_id":"iaas_console","keypair":"k","node_count":"1","flavor_id":"f","fixed_network":"n",` +
	`"fixed_subnet":"s","labels":{"availability_zone":"","node_image":"i","boot_volume_type":"t","boot_volume_size":20,"kube_tag":"v1.23.3",` +
	`"cert_manager_api":"True","master_lb_floating_ip_enabled":"true","ca_enable":"false","note":"<&>"}}`

const newGroupBody = `{"name":"extra","flavor_id":"f","image_id":"i","labels":{"availability_zone":"z","boot_volume_type":"t",` +
	`"boot_volume_size":"20","ca_enable":"false","user_script_v2":"#!/bin/sh"}}`

// member is a member of an answer, as JSON.
func memberOf(t *testing.T, body, name string) string {
	t.Helper()
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return string(members[name])
}

func TestNewClusters(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	answered(t, ask(t, handler, "POST /v1/clusters", newClusterBody, "Content-Type", "text/plain"), http.StatusAccepted, accepts(string(clusterID)))
	if wish := h.provisioned[0]; wish.Name != "new" || wish.Pool == nil || wish.Pool.Name != fleetv1.DefaultWorkerPool {
		t.Errorf("asked for %+v", wish)
	}
	h.fleets = h.fleets[1:]
	w := ask(t, handler, "GET /v1/clusters/new", "")
	if !strings.Contains(w.Body.String(), `"note":"<&>"`) || memberOf(t, w.Body.String(), "status") != `"CREATE_IN_PROGRESS"` {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	h.fail = &hub.Error{Reason: hub.AlreadyExists, Message: "x"}
	answered(t, ask(t, handler, "POST /v1/clusters", newClusterBody), http.StatusConflict, failedWith("409", "A cluster with name new already exists."))
	h.fail = &hub.Error{Reason: hub.Forbidden, Message: "The quota of team is used up"}
	answered(t, ask(t, handler, "POST /v1/clusters", newClusterBody), http.StatusForbidden, failedWith("403", "The quota of team is used up."))
	for name, body := range map[string]string{
		"":              "The body is empty; a JSON object is needed.",
		"[]":            "The body must be a JSON object.",
		`{"a":1,"a":2}`: "body.a: is given twice.",
		strings.Repeat(" ", 1<<20) + `{"name":""}`: "A body may have 1 MiB at most.",
		strings.Replace(newClusterBody, "v1.23.3", "v1.0.0", 1): "Invalid input for field/attribute labels/kube_tag. Value: 'v1.0.0'. " +
			"Value should be one of: v1.17.6, v1.18.19, v1.19.13, v1.20.12, v1.21.6, v1.22.3, v1.23.3, v1.24.3, v1.25.4, v1.26.3, v1.27.3, v1.28.3, v1.29.3, v1.30.3.",
	} {
		status := "400"
		if len(name) > 1<<20 {
			status = "413"
		}
		if got := ask(t, handler, "POST /v1/clusters", name).Body.String(); got != failedWith(status, body) {
			t.Errorf("answered %s\nwant     %s", got, failedWith(status, body))
		}
	}
	h.platform = &fleetv1.Platform{Spec: fleetv1.PlatformSpec{KubernetesVersions: []fleetv1.KubernetesVersion{{Version: "v1.0.0"}}}}
	h.fail = nil
	if w := ask(t, handler, "POST /v1/clusters", strings.Replace(newClusterBody, "v1.23.3", "v1.0.0", 1)); w.Code != http.StatusAccepted {
		t.Errorf("a version of the Platform is answered %d %s", w.Code, w.Body)
	}
}

func TestNewNodeGroups(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{TaskWait: 9 * time.Second})
	w := ask(t, handler, "POST /v1/clusters/test-k8s/nodegroups", newGroupBody)
	if w.Code != http.StatusAccepted || memberOf(t, w.Body.String(), "name") != `"extra"` || memberOf(t, w.Body.String(), "status") != `"CREATE_IN_PROGRESS"` {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if h.added[0].Wait != 9*time.Second {
		t.Errorf("it waits for %s", h.added[0].Wait)
	}
	h.fail = &hub.Error{Reason: hub.AlreadyExists}
	answered(t, ask(t, handler, "POST /v1/clusters/test-k8s/nodegroups", newGroupBody), http.StatusConflict,
		failedWith("409", "A node group with name extra already exists in the cluster "+string(clusterID)+"."))
	h.fail = &hub.Error{Reason: hub.Busy}
	answered(t, ask(t, handler, "POST /v1/clusters/test-k8s/nodegroups", newGroupBody), http.StatusConflict,
		failedWith("409", "Cluster test-k8s already has an operation in progress."))
}

func TestListsOfObjects(t *testing.T) {
	h := newFakeHub()
	h.fleets[0].Pools = append(h.fleets[0].Pools, newGroup("gpu", nobodyID, "test-k8s", fleetv1.NodePoolSpec{Role: "gpu"}))
	handler := newServer(t, h, Options{})
	uuids := func(line, list string) []string {
		t.Helper()
		w := ask(t, handler, line, "")
		var body map[string]json.RawMessage
		var items []struct {
			UUID   string          `json:"uuid"`
			Labels json.RawMessage `json:"labels"`
			Status string          `json:"status"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusOK || json.Unmarshal(body[list], &items) != nil {
			t.Fatalf("%s: %d %s", line, w.Code, w.Body)
		}
		found := []string{}
		for _, item := range items {
			if item.Status == "" {
				t.Errorf("%s: no status in %s", line, w.Body)
			}
			found = append(found, item.UUID)
		}
		return found
	}
	for line, want := range map[string][]string{
		"GET /v1/clusters":                                                 {string(clusterID)},
		"GET /v1/clusters?sort_key=node_count":                             {string(clusterID)},
		"GET /v1/clusters/detail":                                          {string(clusterID)},
		"GET /v1/clusters?marker=" + string(clusterID):                     {},
		"GET /v1/clusters/test-k8s/nodegroups":                             {string(workerID), nobodyID},
		"GET /v1/clusters/test-k8s/nodegroups?role=worker":                 {string(workerID)},
		"GET /v1/clusters/test-k8s/nodegroups?role=gpu":                    {nobodyID},
		"GET /v1/clusters/test-k8s/nodegroups?role=master":                 {},
		"GET /v1/clusters/test-k8s/nodegroups?sort_key=name&sort_dir=desc": {nobodyID, string(workerID)},
	} {
		list := "clusters"
		if strings.Contains(line, "nodegroups") {
			list = "nodegroups"
		}
		if diff := cmp.Diff(want, uuids(line, list)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
	if w := ask(t, handler, "GET /v1/clusters/detail", ""); !strings.Contains(w.Body.String(), `"api_address":null`) {
		t.Errorf("detail shows %s", w.Body)
	}
	if w := ask(t, handler, "GET /v1/clusters", "", "X-Project-Id", "other"); w.Body.String() != `{"clusters":[]}` {
		t.Errorf("another tenant sees %s", w.Body)
	}
}

// TestSortKeys holds that lists can be sorted by every scalar of their items, and by nothing else.
func TestSortKeys(t *testing.T) {
	h := newFakeHub()
	h.operations = []*fleetv1.Operation{newOperation(1)}
	handler := newServer(t, h, Options{})
	for path, list := range map[string]string{
		"/v1/clusters": "clusters", "/v1/clusters/test-k8s/nodegroups": "nodegroups", "/v1/clusters/test-k8s/events": "events",
	} {
		var items []map[string]json.RawMessage
		if err := json.Unmarshal([]byte(memberOf(t, ask(t, handler, "GET "+path, "").Body.String(), list)), &items); err != nil {
			t.Fatal(err)
		}
		for name, value := range items[0] {
			want := http.StatusOK
			if value[0] == '[' || value[0] == '{' {
				want = http.StatusBadRequest
			}
			if w := ask(t, handler, "GET "+path+"?sort_key="+name, ""); w.Code != want {
				t.Errorf("%s by %s is answered %d", path, name, w.Code)
			}
		}
	}
}

func TestNodeGroups(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	for _, named := range []string{"default-worker", string(workerID), "A3366F2F5B7D4E219A640C8D2F71B5E3"} {
		w := ask(t, handler, "GET /v1/clusters/test-k8s/nodegroups/"+named, "")
		if w.Code != http.StatusOK || memberOf(t, w.Body.String(), "uuid") != `"`+string(workerID)+`"` {
			t.Errorf("answered %d %s", w.Code, w.Body)
		}
	}
	master := ask(t, handler, "GET /v1/clusters/test-k8s/nodegroups/default-master", "").Body.String()
	if memberOf(t, master, "role") != `"master"` {
		t.Errorf("answered %s", master)
	}
	id := strings.Trim(memberOf(t, master, "uuid"), `"`)
	answered(t, ask(t, handler, "GET /v1/clusters/"+string(clusterID)+"/nodegroups/"+id, ""), http.StatusOK, master)
	for _, named := range []string{"nobody", nobodyID} {
		for _, below := range []string{"", "/autoscale"} {
			answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/nodegroups/"+named+below, ""), http.StatusNotFound,
				failedWith("404", "Nodegroup "+named+" could not be found."))
		}
	}
}

// TestSecretLabels holds who gets secrets back, and where.
func TestSecretLabels(t *testing.T) {
	const golang = "Go-http-client gophercloud/v2.15.0"
	h := newFakeHub()
	ask(t, newServer(t, h, Options{}), "POST /v1/clusters/test-k8s/nodegroups", newGroupBody)
	secret := h.added[0].Secrets[0]
	h.kept = map[string]map[string][]byte{secret.Name: secret.Data}
	shown := func(line, client string, denied ...string) bool {
		return strings.Contains(ask(t, newServer(t, h, Options{}, denied...), line, "", "User-Agent", client).Body.String(), "#!/bin/sh")
	}
	const one = "GET /v1/clusters/test-k8s/nodegroups/extra"
	for line, want := range map[string]bool{
		one: true, "GET /v1/clusters/test-k8s/nodegroups": false, "GET /v1/clusters/test-k8s": false, "GET /v1/clusters/detail": false,
	} {
		if got := shown(line, "curl"); got != want {
			t.Errorf("%s shows the script: %t", line, got)
		}
	}
	if !shown(one, golang) {
		t.Error("a program gets no script back that it sent")
	}
	h.fail = &hub.Error{Reason: hub.Unavailable}
	if w := ask(t, newServer(t, h, Options{}), one, ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without the Secret it is answered %d", w.Code)
	}
}

// TestSecretLabelsOfClusters holds that secrets of a cluster's first node group are for programs with a right of their own.
func TestSecretLabelsOfClusters(t *testing.T) {
	const golang = "gophercloud/v2.15.0"
	h := newFakeHub()
	body := strings.Replace(newClusterBody, `"note"`, `"user_script":"#!/bin/sh","note"`, 1)
	if w := ask(t, newServer(t, h, Options{}), "POST /v1/clusters", body); w.Code != http.StatusAccepted {
		t.Fatal(w.Body)
	}
	h.fleets, h.kept = h.fleets[1:], map[string]map[string][]byte{}
	for _, secret := range append(h.provisioned[0].Secrets, h.provisioned[0].Pool.Secrets...) {
		h.kept[secret.Name] = secret.Data
	}
	for name, test := range map[string]struct {
		line, client string
		denied       []string
		want         bool
	}{
		"a program":                                  {"GET /v1/clusters/new", golang, nil, true},
		"a program without the right":                {"GET /v1/clusters/new", golang, []string{"get clusters/secretlabels"}, false},
		"a program without the right on the cluster": {"GET /v1/clusters/new", golang, []string{"get clusters/secretlabels new"}, false},
		"a person":                                   {"GET /v1/clusters/new", "curl", nil, false},
		"a program, in a list":                       {"GET /v1/clusters/detail", golang, nil, false},
	} {
		w := ask(t, newServer(t, h, Options{}, test.denied...), test.line, "", "User-Agent", test.client)
		if got := strings.Contains(w.Body.String(), "#!/bin/sh"); got != test.want || w.Code != http.StatusOK {
			t.Errorf("%s: the script is shown: %t in %d %s", name, got, w.Code, w.Body)
		}
	}
}
