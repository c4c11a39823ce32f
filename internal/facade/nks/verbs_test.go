package nks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// accepts is the answer about an object.
func accepts(id string) string { return `{"uuid":"` + id + `"}` }

const badObject = "The body must be a JSON object."

// TestVerbs holds which task each route makes, and which object's id is answered. What bodies mean is tested with package verb.
func TestVerbs(t *testing.T) {
	const cluster, worker = "/v1/clusters/test-k8s", "/v1/clusters/test-k8s/nodegroups/default-worker"
	controlPlane := string(verb.ControlPlaneID(clusterID))
	for name, test := range map[string]struct {
		line, body string
		want       string
		id         string
	}{
		"resize":                         {"POST " + cluster + "/actions/resize", `{"node_count":2}`, fleetv1.OperationPoolResize, string(clusterID)},
		"resize by patch":                {"PATCH " + cluster, `[{"op":"replace","path":"/node_count","value":2}]`, fleetv1.OperationPoolResize, string(clusterID)},
		"another CNI":                    {"POST " + cluster + "/actions/cni_update", `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`, fleetv1.OperationClusterCNI, string(clusterID)},
		"access control":                 {"POST " + cluster + "/api_ep_ipacl", `{"enable":"false"}`, fleetv1.OperationClusterAccess, string(clusterID)},
		"new certificates":               {"PATCH /v1/certificates/test-k8s", `{"term_of_validity":3}`, fleetv1.OperationClusterCertificates, string(clusterID)},
		"new certificates, empty body":   {"PATCH /v1/certificates/" + string(clusterID), "", fleetv1.OperationClusterCertificates, string(clusterID)},
		"other gateways":                 {"POST " + cluster + "/actions/update_sgw", `{"ncr_sgw":"a","obs_sgw":"b"}`, fleetv1.OperationClusterGateways, string(clusterID)},
		"an upgrade of all":              {"POST " + cluster + "/actions/upgrade", `{"cluster_template":"v1.28.3"}`, fleetv1.OperationPoolUpgrade, string(clusterID)},
		"stopped nodes":                  {"POST " + worker + "/stop_node", `{"node_list":"a"}`, fleetv1.OperationPoolStop, string(workerID)},
		"started nodes":                  {"POST " + worker + "/start_node", `{"node_list":"a"}`, fleetv1.OperationPoolStart, string(workerID)},
		"autoscaling":                    {"POST " + worker + "/autoscale", `{"ca_enable":true}`, fleetv1.OperationPoolAutoscaling, string(workerID)},
		"a script":                       {"POST " + worker + "/userscript", `{"contents":"#!/bin/sh"}`, fleetv1.OperationPoolScript, string(workerID)},
		"another flavor":                 {"PATCH " + worker, `{"type":"flavor_id","flavor_id":"m2"}`, fleetv1.OperationPoolFlavor, string(workerID)},
		"an upgrade of the nodes":        {"POST " + worker + "/upgrade", `{"version":"v1.27.3"}`, fleetv1.OperationPoolUpgrade, string(workerID)},
		"an upgrade of the nodes, by id": {"POST " + cluster + "/nodegroups/A3366F2F5B7D4E219A640C8D2F71B5E3/upgrade", `{"version":"v1.27.3"}`, fleetv1.OperationPoolUpgrade, string(workerID)},
		"an upgrade of the control plane": {
			"POST " + cluster + "/nodegroups/default-master/upgrade", `{"version":"v1.28.3"}`, fleetv1.OperationPoolUpgrade, controlPlane},
		"an upgrade of the control plane, by id": {
			"POST " + cluster + "/nodegroups/" + controlPlane + "/upgrade", `{"version":"v1.28.3"}`, fleetv1.OperationPoolUpgrade, controlPlane},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.fleets[0].Cluster.Cluster.Spec.ServiceGateways = &fleetv1.ServiceGateways{Registry: "x", ObjectStorage: "y"}
			handler := newServer(t, h, Options{TaskWait: 7 * time.Second})
			answered(t, ask(t, handler, test.line, test.body), http.StatusAccepted, accepts(test.id))
			if len(h.tasks) != 1 || h.tasks[0].Type != test.want || h.tasks[0].Wait != 7*time.Second || h.tasks[0].Aside {
				t.Errorf("tasks %+v", h.tasks)
			}
		})
	}
}

// TestPatchedGroups holds that the bounds of an autoscaler are no task, and that the answer is the whole group.
func TestPatchedGroups(t *testing.T) {
	h := newFakeHub()
	w := ask(t, newServer(t, h, Options{}), "PATCH /v1/clusters/test-k8s/nodegroups/default-worker", `[{"op":"replace","path":"/max_node_count","value":5}]`)
	if w.Code != http.StatusAccepted || !strings.Contains(w.Body.String(), `"max_node_count":5`) || !strings.Contains(w.Body.String(), `"uuid":"`+string(workerID)) {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if len(h.tasks) != 1 || !h.tasks[0].Aside {
		t.Errorf("tasks %+v", h.tasks)
	}
}

// TestRefusedVerbs holds what is answered where there is no task, or none that may be.
func TestRefusedVerbs(t *testing.T) {
	const cluster, worker = "/v1/clusters/test-k8s", "/v1/clusters/test-k8s/nodegroups/default-worker"
	controlPlane := "Node group default-master is the control plane. It can be upgraded, and nothing else."
	for name, test := range map[string]struct {
		line, body string
		status     string
		detail     string
	}{
		"no JSON":                      {"POST " + cluster + "/actions/resize", "{", "400", "body: is not valid JSON: it ends too early."},
		"an array":                     {"POST " + cluster + "/actions/resize", "[]", "400", badObject},
		"an array for certificates":    {"PATCH /v1/certificates/test-k8s", "[]", "400", badObject},
		"an array for a script":        {"POST " + worker + "/userscript", "[]", "400", badObject},
		"a number":                     {"POST " + worker + "/autoscale", "5", "400", badObject},
		"an object for a patch":        {"PATCH " + cluster, "{}", "400", "The body must be a JSON array, a JSON-Patch."},
		"nothing for a patch":          {"PATCH " + cluster, "", "400", "The body must be a JSON array, a JSON-Patch."},
		"a fault":                      {"POST " + cluster + "/actions/resize", `{"node_count":0}`, "400", "Invalid input for field/attribute node_count. Value: '0'. Value should be at least 1."},
		"a clash":                      {"POST " + cluster + "/actions/update_sgw", `{"ncr_sgw":"a","obs_sgw":"b"}`, "409", "Cluster test-k8s has no service gateway that could be changed."},
		"a group that is not there":    {"POST " + cluster + "/nodegroups/nobody/stop_node", `{"node_list":"a"}`, "404", "Nodegroup nobody could not be found."},
		"an id that is not there":      {"POST " + cluster + "/nodegroups/" + nobodyID + "/userscript", `{`, "404", "Nodegroup " + nobodyID + " could not be found."},
		"a group in a body":            {"POST " + cluster + "/actions/resize", `{"node_count":2,"nodegroup":"nobody"}`, "404", "Nodegroup nobody could not be found."},
		"the control plane":            {"POST " + cluster + "/nodegroups/default-master/stop_node", `{"node_list":"a"}`, "400", controlPlane},
		"the control plane, in a body": {"POST " + cluster + "/actions/resize", `{"node_count":2,"nodegroup":"default-master"}`, "400", controlPlane},
		"the control plane, by patch":  {"PATCH " + cluster + "/nodegroups/default-master", `[{"op":"replace","path":"/max_node_count","value":5}]`, "400", controlPlane},
		"the control plane's flavor":   {"PATCH " + cluster + "/nodegroups/default-master", `{"type":"flavor_id","flavor_id":"m2"}`, "400", controlPlane},
		"an unknown version":           {"POST " + worker + "/upgrade", `{"version":"v1.2.3"}`, "400", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(t, newServer(t, newFakeHub(), Options{}), test.line, test.body)
			if test.detail == "" {
				if !strings.Contains(w.Body.String(), `"status":`+test.status) {
					t.Errorf("answered %d %s", w.Code, w.Body)
				}
				return
			}
			if diff := cmp.Diff(failedWith(test.status, test.detail), w.Body.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRightsOnWhatChanges holds that a verb changes nothing that its caller may not patch, though the route is about something else.
func TestRightsOnWhatChanges(t *testing.T) {
	const cluster = "/v1/clusters/test-k8s"
	controlPlane := string(verb.ControlPlaneID(clusterID))
	for name, test := range map[string]struct {
		line, body string
		denied     string
		want       string
	}{
		"the pools of an upgrade of all": {"POST " + cluster + "/actions/upgrade", `{"cluster_template":"v1.28.3"}`, "patch nodepools", "patch nodepools"},
		"one pool of an upgrade of all": {"POST " + cluster + "/actions/upgrade", `{"cluster_template":"v1.28.3"}`,
			"patch nodepools test-k8s-default-worker", "patch nodepools"},
		"the control plane, by its id": {"POST " + cluster + "/nodegroups/" + controlPlane + "/upgrade", `{"version":"v1.28.3"}`, "patch clusters", "patch clusters"},
		"the first group of a cluster": {"POST /v1/clusters", `{}`, "create nodepools", "create nodepools"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			w := ask(t, newServer(t, h, Options{}, test.denied), test.line, test.body)
			answered(t, w, http.StatusForbidden, failedWith("403", "Policy doesn't allow "+test.want+" to be performed."))
			if version := h.fleets[0].Cluster.Cluster.Spec.KubernetesVersion; version != "v1.27.3" || len(h.provisioned) > 0 {
				t.Errorf("it happened all the same: %s %v", version, h.provisioned)
			}
			allowed := newServer(t, newFakeHub(), Options{}, "patch others")
			if again := ask(t, allowed, test.line, test.body); again.Code == http.StatusForbidden {
				t.Errorf("with the right it is answered %d %s", again.Code, again.Body)
			}
		})
	}
}

// TestDeletions holds what may be deleted, and that deleting twice is the same as once.
func TestDeletions(t *testing.T) {
	h := newFakeHub()
	h.fleets[0].Pools = append(h.fleets[0].Pools, newGroup("extra", nobodyID, "test-k8s", fleetv1.NodePoolSpec{}))
	handler := newServer(t, h, Options{})
	for range 2 {
		answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/extra", ""), http.StatusNoContent, "")
		answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s", ""), http.StatusNoContent, "")
	}
	cluster := hub.Ref{Kind: fleetv1.KindCluster, ID: clusterID}
	group := hub.Ref{Kind: fleetv1.KindNodePool, ID: nobodyID, Cluster: &cluster}
	if diff := cmp.Diff([]hub.Ref{group, cluster, group, cluster}, h.removed); diff != "" {
		t.Errorf("removed (-want +got):\n%s", diff)
	}
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/default-worker", ""), http.StatusBadRequest,
		failedWith("400", "Node group default-worker cannot be deleted. It goes with its cluster."))
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/default-master", ""), http.StatusBadRequest,
		failedWith("400", "Node group default-master is the control plane. It can be upgraded, and nothing else."))
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/nobody", ""), http.StatusNotFound,
		failedWith("404", "Nodegroup nobody could not be found."))
	h.fail = &hub.Error{Reason: hub.Busy}
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/extra", ""), http.StatusConflict,
		failedWith("409", "Cluster test-k8s already has an operation in progress."))
	h.fail = notFound
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s/nodegroups/extra", ""), http.StatusNotFound,
		failedWith("404", "Nodegroup extra could not be found."))
	answered(t, ask(t, handler, "DELETE /v1/clusters/test-k8s", ""), http.StatusNotFound, failedWith("404", "Cluster test-k8s could not be found."))
}
