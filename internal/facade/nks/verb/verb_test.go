package verb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

const (
	clusterID = "5801ef8a-3760-4858-b467-fc4c1201241d"
	addedID   = "a3366f2f-a1f3-45ef-8390-10536e8060ff"
	// masterID is what uuidgen --sha1 --namespace <clusterID> --name default-master prints.
	masterID = "7a72bbee-c54b-59a2-9048-4270af9bc6fd"
	wait     = 15 * time.Second
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 999, time.UTC)

// newDraft is a cluster of v1.24.3 with two groups: default-worker with three nodes, a, b and c, and added with one, of which the
// platform reports nothing.
func newDraft() *hub.Draft {
	cluster := fixture.Cluster("team", "test-k8s", fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, clusterID))
	cluster.Spec.KubernetesVersion = "v1.24.3"
	workers := fixture.NodePool("team", "test-k8s-default-worker", "test-k8s", fixture.PoolName(fleetv1.DefaultWorkerPool), fixture.Replicas(3))
	for i, id := range []string{"a", "b", "c"} {
		workers.Status.Nodes = append(workers.Status.Nodes, fleetv1.Node{ID: id, Name: "node-" + id, Address: fmt.Sprintf("192.168.0.%d", i+1)})
	}
	added := fixture.NodePool("team", "test-k8s-added", "test-k8s", fixture.PoolName("added"), fixture.Replicas(1),
		fixture.Labelled[*fleetv1.NodePool](fleetv1.LabelID, addedID))
	return &hub.Draft{
		Cluster: cluster, Pools: []*fleetv1.NodePool{workers, added},
		Kept: func(_ context.Context, secret string) (map[string][]byte, error) { return scripts[secret], nil },
	}
}

// scripts are the Secrets with scripts that there are.
var scripts = map[string]map[string][]byte{
	"scripts": {fleetv1.UserScriptKey: []byte("old form"), fleetv1.UserScriptV2Key: []byte("new form")},
}

// row is a request, what it finds, and what it makes of it.
type row struct {
	strict bool
	group  string
	// body is the JSON that was sent.
	body string
	// given changes what the request finds, want what is expected to be there afterwards.
	given, want func(*hub.Draft)
	// touched are the names of the objects that the task is about; that of the group of the path or of the cluster where want is set.
	touched []string
	// refused are the faults of the body alone, clashes those with what there is.
	refused, clashes []string
}

// run runs the rows of a verb.
func run(t *testing.T, made verb.Verb, kind string, rows map[string]row) {
	t.Helper()
	for name, tc := range rows {
		t.Run(name, func(t *testing.T) {
			task, err := made(requestOf(t, tc))
			if diff := cmp.Diff(tc.refused, told(t, err)); diff != "" {
				t.Fatalf("faults of the body (-want +got):\n%s", diff)
			}
			if len(tc.refused) > 0 {
				return
			}
			if task.Type != kind || task.Wait != wait {
				t.Errorf("task: type %s that waits %s; want %s and %s", task.Type, task.Wait, kind, wait)
			}
			// A Plan has no effect but on its draft: another draft gives the same.
			tc.perform(t, task)
			tc.perform(t, task)
		})
	}
}

// requestOf is the request of a row.
func requestOf(t *testing.T, tc row) verb.Request {
	t.Helper()
	request := verb.Request{Settings: verb.Settings{Strict: tc.strict, Wait: wait, Versions: versions()}, Now: now, Group: tc.group}
	value, faults := params.Decode([]byte(tc.body), "body")
	if len(faults) > 0 {
		t.Fatal(params.Join(faults))
	}
	request.Body, _ = value.(map[string]any)
	request.Patch, _ = value.([]any)
	return request
}

// perform runs a task on a fresh draft and compares it with what is expected.
func (tc row) perform(t *testing.T, task hub.Task) {
	t.Helper()
	got, want := newDraft(), newDraft()
	for _, draft := range []*hub.Draft{got, want} {
		if tc.given != nil {
			tc.given(draft)
		}
	}
	err := task.Plan(t.Context(), got)
	if diff := cmp.Diff(tc.clashes, told(t, err)); diff != "" {
		t.Fatalf("faults (-want +got):\n%s", diff)
	}
	if len(tc.clashes) > 0 {
		return
	}
	if tc.want != nil {
		tc.want(want)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(hub.Draft{}), cmpopts.IgnoreFields(hub.Draft{}, "Kept")); diff != "" {
		t.Errorf("draft (-want +got):\n%s", diff)
	}
	var touched []string
	for _, object := range got.Touched() {
		if object.Pool != nil {
			touched = append(touched, object.Pool.Spec.PoolName)
			continue
		}
		touched = append(touched, object.Cluster.Name)
	}
	if diff := cmp.Diff(tc.touched, touched); diff != "" {
		t.Errorf("touched (-want +got):\n%s", diff)
	}
}

// told is what an error tells the client, each fault with its status.
func told(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	known, ok := errors.AsType[*fields.Error](err)
	if !ok {
		t.Fatalf("error %v is none of a client's", err)
	}
	var list []string
	for _, fault := range known.Faults {
		list = append(list, fmt.Sprintf("%d %s", fault.Status, fault.Detail()))
	}
	return list
}

func versions() []fleetv1.KubernetesVersion {
	return []fleetv1.KubernetesVersion{{Version: "v1.19.13"}, {Version: "v1.23.3"}, {Version: "v1.24.3"}, {Version: "v1.25.4", Supported: true}, {Version: "v1.26.3", Supported: true}}
}

// platform gives a draft a Platform.
func platform(options ...fixture.Option[*fleetv1.Platform]) func(*hub.Draft) {
	return func(d *hub.Draft) { d.Platform = fixture.Platform("metal", options...) }
}

// workers changes default-worker, added the other group.
func workers(change func(*fleetv1.NodePool)) func(*hub.Draft) {
	return func(d *hub.Draft) { change(d.Pools[0]) }
}

func added(change func(*fleetv1.NodePool)) func(*hub.Draft) {
	return func(d *hub.Draft) { change(d.Pools[1]) }
}

// both makes one change after the other.
func both(changes ...func(*hub.Draft)) func(*hub.Draft) {
	return func(d *hub.Draft) {
		for _, change := range changes {
			change(d)
		}
	}
}

// scaled is an autoscaler between bounds.
func scaled(least, most int32) func(*fleetv1.NodePool) {
	return func(p *fleetv1.NodePool) {
		p.Spec.Autoscaling = &fleetv1.Autoscaling{Enabled: true, MinReplicas: &least, MaxReplicas: &most}
	}
}

// off stops nodes.
func off(nodes ...string) func(*fleetv1.NodePool) {
	return func(p *fleetv1.NodePool) { p.Spec.StoppedNodes = nodes }
}

func rollout(surge, unavailable int32) *fleetv1.Rollout {
	return &fleetv1.Rollout{MaxSurge: &surge, MaxUnavailable: &unavailable}
}

func at(t time.Time) *metav1.Time {
	made := metav1.NewTime(t)
	return &made
}
