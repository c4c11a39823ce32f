package nks

import (
	"net/http"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// newOperation is the record of the creation of the cluster of the tests.
func newOperation(sequence int64) *fleetv1.Operation {
	return &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{Namespace: tenant, UID: types.UID(eventUUID)},
		Spec: fleetv1.OperationSpec{
			Type: fleetv1.OperationClusterCreate, Sequence: sequence, Generation: 1, StartTime: born,
			Target:  fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: string(clusterID), Name: "test-k8s"},
			Cluster: fleetv1.OperationCluster{ID: string(clusterID), Name: "test-k8s"},
		},
	}
}

// shownEvent is newOperation(1) as clients see it.
const shownEvent = `{"id":1,"uuid":"7b0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3","project_id":"team","cluster_uuid":"5801ef8a-3760-4858-b467-fc4c1201241d",` +
	`"cluster_name":"test-k8s","resource_uuid":"5801ef8a-3760-4858-b467-fc4c1201241d","resource_name":"test-k8s","resource_type":"cluster",` +
	`"type":"CLUSTER_CREATE","state":"IN_PROGRESS","contents":null,"created_at":"2021-08-05T01:48:39+00:00","updated_at":"2021-08-05T01:48:39+00:00"}`

func TestEvents(t *testing.T) {
	later := metav1.NewTime(born.In(time.FixedZone("", 9*3600)).Add(time.Minute))
	pool := func(o *fleetv1.Operation) {
		o.Spec.Type = fleetv1.OperationPoolResize
		o.Spec.Target = fleetv1.OperationTarget{Kind: fleetv1.KindNodePool, ID: string(workerID), Name: "test-k8s-default-worker"}
		o.Labels = map[string]string{fleetv1.LabelNodePool: "default-worker"}
	}
	for name, test := range map[string]struct {
		change  func(*fleetv1.Operation)
		replace []string
	}{
		"one that was just begun": {func(*fleetv1.Operation) {}, nil},
		"one with an id of its own": {
			func(o *fleetv1.Operation) { o.Labels = map[string]string{fleetv1.LabelID: nobodyID} },
			[]string{eventUUID, nobodyID},
		},
		"one that goes on": {
			func(o *fleetv1.Operation) {
				o.Status.State, o.Status.Message = fleetv1.OperationInProgress, "superseded by generation 2"
				o.Status.Conditions = []metav1.Condition{{Type: fleetv1.ConditionReady, LastTransitionTime: later}}
			},
			[]string{`"contents":null`, `"contents":"superseded by generation 2"`, `"updated_at":"2021-08-05T01:48:39`, `"updated_at":"2021-08-05T01:49:39`},
		},
		"one that ended well": {
			func(o *fleetv1.Operation) {
				o.Status.State, o.Status.Message, o.Status.EndTime = fleetv1.OperationSucceeded, "never shown", &later
			},
			[]string{"IN_PROGRESS", "SUCCESS", `"updated_at":"2021-08-05T01:48:39`, `"updated_at":"2021-08-05T01:49:39`},
		},
		"one that failed": {
			func(o *fleetv1.Operation) {
				o.Status.State, o.Status.Message, o.Status.EndTime = fleetv1.OperationFailed, "no <room> & no money", &later
			},
			[]string{"IN_PROGRESS", "FAIL", `"contents":null`, `"contents":"no <room> & no money"`, `"updated_at":"2021-08-05T01:48:39`, `"updated_at":"2021-08-05T01:49:39`},
		},
		"one on a node group": {pool, []string{
			"CLUSTER_CREATE", "CLUSTER_RESIZE", `"resource_uuid":"` + string(clusterID), `"resource_uuid":"` + string(workerID),
			`"resource_name":"test-k8s","resource_type":"cluster"`, `"resource_name":"default-worker","resource_type":"nodegroup"`,
		}},
		"one on a node group that is known by its object's name": {
			func(o *fleetv1.Operation) {
				pool(o)
				o.Labels = nil
			},
			[]string{
				"CLUSTER_CREATE", "CLUSTER_RESIZE", `"resource_uuid":"` + string(clusterID), `"resource_uuid":"` + string(workerID),
				`"resource_name":"test-k8s","resource_type":"cluster"`, `"resource_name":"test-k8s-default-worker","resource_type":"nodegroup"`,
			},
		},
		"one on the control plane": {
			func(o *fleetv1.Operation) { o.Spec.Type = fleetv1.OperationPoolUpgrade },
			[]string{
				"CLUSTER_CREATE", "NODEGROUP_UPGRADE", `"resource_uuid":"` + string(clusterID), `"resource_uuid":"` + string(verb.ControlPlaneID(clusterID)),
				`"resource_name":"test-k8s","resource_type":"cluster"`, `"resource_name":"default-master","resource_type":"nodegroup"`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.operations = []*fleetv1.Operation{newOperation(1)}
			test.change(h.operations[0])
			want := strings.NewReplacer(test.replace...).Replace(shownEvent)
			handler := newServer(t, h, Options{})
			answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/events", ""), http.StatusOK, `{"events":[`+want+`]}`)
			answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/events/"+eventID(h.operations[0]), ""), http.StatusOK, want)
		})
	}
}

func TestEventsOfClustersThatAreGone(t *testing.T) {
	h := newFakeHub()
	h.operations, h.fleets = []*fleetv1.Operation{newOperation(1)}, nil
	handler := newServer(t, h, Options{})
	for _, id := range []string{string(clusterID), strings.ReplaceAll(string(clusterID), "-", "")} {
		answered(t, ask(t, handler, "GET /v1/clusters/"+id+"/events", ""), http.StatusOK, `{"events":[`+shownEvent+`]}`)
		answered(t, ask(t, handler, "GET /v1/clusters/"+id+"/events/"+eventUUID, ""), http.StatusOK, shownEvent)
	}
	for _, named := range []string{"test-k8s", nobodyID} {
		answered(t, ask(t, handler, "GET /v1/clusters/"+named+"/events", ""), http.StatusNotFound, failedWith("404", "Cluster "+named+" could not be found."))
	}
	answered(t, ask(t, handler, "GET /v1/clusters/"+string(clusterID)+"/events", "", facade.HeaderProject, "other"), http.StatusNotFound,
		failedWith("404", "Cluster "+string(clusterID)+" could not be found."))
}

func TestEventsThatAreNotThere(t *testing.T) {
	h := newFakeHub()
	handler := newServer(t, h, Options{})
	answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/events", ""), http.StatusOK, `{"events":[]}`)
	h.operations = []*fleetv1.Operation{newOperation(1)}
	for _, id := range []string{nobodyID, "1", "test-k8s"} {
		answered(t, ask(t, handler, "GET /v1/clusters/test-k8s/events/"+id, ""), http.StatusNotFound, failedWith("404", "Event "+id+" could not be found."))
	}
	h.failRead = &hub.Error{Reason: hub.Unavailable}
	if w := ask(t, handler, "GET /v1/clusters/test-k8s/events", ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", w.Code)
	}
}
