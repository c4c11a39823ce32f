package hub

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// operationAbout makes a record about a NodePool of a Cluster.
func operationAbout(cluster string, sequence int64) *fleetv1.Operation {
	return &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "op-" + strconv.FormatInt(sequence, 10), Labels: map[string]string{
			fleetv1.LabelID: fmt.Sprintf("id-%d", sequence), fleetv1.LabelCluster: cluster,
		}},
		Spec: fleetv1.OperationSpec{
			Type: fleetv1.OperationPoolResize, Sequence: sequence, Generation: 2,
			Target:      fleetv1.OperationTarget{Kind: fleetv1.KindNodePool, ID: "id-pool", Name: cluster + "-pool", UID: "uid-pool"},
			Cluster:     fleetv1.OperationCluster{ID: "id-" + cluster, Name: cluster},
			Fingerprint: map[string]string{"replicas": "3"}, StartTime: metav1.NewTime(fixture.Epoch),
		},
		Status: fleetv1.OperationStatus{State: fleetv1.OperationInProgress, Conditions: []metav1.Condition{{Type: fleetv1.ConditionReconciling}}},
	}
}

// history tells what a replica shows of the history of a Cluster.
func (r *replica) history(namespace, cluster string) []string {
	r.t.Helper()
	list, err := r.index.Operations(context.Background(), namespace, types.UID("id-"+cluster))
	if err != nil {
		r.t.Fatal(err)
	}
	lines := []string{}
	for _, o := range list {
		lines = append(lines, fmt.Sprint(o.Spec.Sequence, " ", o.Spec.Type, " ", o.Status.State, " ", o.Status.Message))
	}
	return lines
}

func TestOperations(t *testing.T) {
	e := tenant()
	e.write(namespaceNamed("other"))
	cluster := e.write(fixture.Cluster("ns", "a", named[*fleetv1.Cluster]("id-a")))
	for _, sequence := range []int64{10, 9, 100} {
		e.write(operationAbout("a", sequence))
	}
	e.write(operationAbout("b", 11))
	elsewhere := operationAbout("a", 12)
	elsewhere.Namespace = "other"
	e.write(elsewhere)
	forced := operationAbout("a", 13)
	forced.Spec.Type, forced.Status.Message = fleetv1.OperationForceDelete, "Forced by somebody"
	e.write(forced)
	addon := operationAbout("a", 14)
	addon.Spec.Target.Kind = fleetv1.KindAddon
	e.write(addon)

	r := newReplica(t, e).start()
	open := []string{"9 CLUSTER_RESIZE InProgress ", "10 CLUSTER_RESIZE InProgress ", "100 CLUSTER_RESIZE InProgress "}
	if diff := cmp.Diff(open, r.history("ns", "a")); diff != "" {
		t.Errorf("of a Cluster (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"11 CLUSTER_RESIZE InProgress "}, r.history("ns", "b")); diff != "" {
		t.Errorf("of a Cluster that is not known (-want +got):\n%s", diff)
	}
	if got := r.history("ns", "c"); len(got) != 0 {
		t.Errorf("of a Cluster that never was: %v", got)
	}
	if got := r.history("other", "b"); len(got) != 0 {
		t.Errorf("of another tenant's Cluster: %v", got)
	}

	ended := operationAbout("a", 10)
	ended.UID = e.objects[ofOperations][key{"ns", "op-10"}].GetUID()
	ended.Status.State, ended.Status.Message = fleetv1.OperationFailed, "no quota"
	ended.Status.EndTime = &metav1.Time{Time: fixture.Epoch.Add(time.Minute)}
	e.write(ended)
	e.remove(cluster)
	e.remove(e.objects[ofOperations][key{"ns", "op-9"}])
	r.catchUp()
	after := []string{"10 CLUSTER_RESIZE Failed no quota", "100 CLUSTER_RESIZE InProgress "}
	if diff := cmp.Diff(after, r.history("ns", "a")); diff != "" {
		t.Errorf("after the Cluster is gone (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(after, newReplica(t, e).start().history("ns", "a")); diff != "" {
		t.Errorf("on a new replica (-want +got):\n%s", diff)
	}
}

func TestOperationsAreKeptSmall(t *testing.T) {
	e := tenant()
	open, ended, addon := operationAbout("a", 1), operationAbout("a", 2), operationAbout("a", 3)
	ended.Status.EndTime = &metav1.Time{Time: fixture.Epoch}
	addon.Spec.Target.Kind = fleetv1.KindAddon
	for _, o := range []*fleetv1.Operation{open, ended, addon} {
		e.write(o)
	}
	r := newReplica(t, e).start()
	got := map[string]int{}
	r.index.operations.each(func(k key, o *fleetv1.Operation) {
		got[k.name] = len(o.Spec.Fingerprint) + len(o.Labels)*10 + len(o.Status.Conditions)*100
	})
	if diff := cmp.Diff(map[string]int{"op-1": 120, "op-2": 20, "op-3": 0}, got); diff != "" {
		t.Errorf("what is left of labels and conditions (-want +got):\n%s", diff)
	}
}
