package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// fields is a spec or the labels as JSON, by field.
type fields map[string]any

func fieldsOf(t rapid.TB, value any) fields {
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	read := exact(t, text).(map[string]any) // a spec is an object
	delete(read, "operation")               // it is about the last task, whoever wrote since
	return read
}

// exact reads JSON with its numbers as they are.
func exact(t rapid.TB, text []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// hands are those through which a Cluster and its pools are changed: which fields of their specs belong to each, and how it
// writes one. A null takes a field away.
var hands = map[string]struct {
	cluster, pool []string
	// hub tells that it writes through the hub, so that the replica shows it at once.
	hub   bool
	write func(f *estate, r *replica, kind string, spec fields) error
}{
	"tasks": {
		cluster: []string{"kubernetesVersion", "rollout", "apiEndpoint"}, pool: []string{"replicas", "rollout", "nodesToRemove", "machine", "autoscaling"},
		hub: true, write: performed,
	},
	"changes of parameters": {cluster: []string{"parameters"}, pool: []string{"parameters"}, hub: true, write: changed},
	"kubectl":               {cluster: []string{"suspend", "extensions"}, pool: []string{"nodeSelector", "extensions"}, write: patched},
}

// values are what the fields can be.
var values = map[string][]string{
	"kubernetesVersion": {`"v1.31.0"`, `"v1.32.0"`},
	"rollout":           {`{"maxSurge":2}`, `{"maxSurge":0,"maxUnavailable":3}`, `null`},
	"apiEndpoint":       {`{"public":true}`, `{"accessControl":{"policy":"Allow","targets":[{"cidr":"10.0.0.1/8"}]}}`, `null`},
	"replicas":          {`1`, `3`},
	"nodesToRemove":     {`["a","b"]`, `["c"]`, `null`},
	"machine":           {`{"flavor":"m2","zone":"a"}`, `{"flavor":"m4"}`},
	"autoscaling":       {`{"enabled":false,"minReplicas":0}`, `{"enabled":true,"maxReplicas":5}`, `null`},
	"parameters":        {`{"a":null,"b":{"c":[1,null]}}`, `{"d":"<&>"}`, `{"e":{}}`},
	"suspend":           {`true`, `null`},
	"extensions":        {`{"nks":{"labels":{"a":"<\"True\">"}},"cce":{"x":1}}`, `{"hyperfleet":{"y":9007199254740993}}`},
	"nodeSelector":      {`{"a":"b"}`, `null`},
}

// performed writes by a task that is no task, so that none is waited for.
func performed(f *estate, r *replica, kind string, spec fields) error {
	task := hub.Task{Type: fleetv1.OperationClusterUpdate, Aside: true, Plan: func(_ context.Context, draft *hub.Draft) error {
		if kind == fleetv1.KindCluster {
			draft.TouchCluster()
			return laid(&draft.Cluster.Spec, spec)
		}
		pool := draft.Pool(hub.Ref{Name: "more"})
		draft.TouchPool(pool)
		return laid(&pool.Spec, spec)
	}}
	_, err := r.Perform(f.Context(), f.caller, f.sample, task)
	return err
}

// laid lays fields over a typed spec.
func laid[T any](spec *T, over fields) error {
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	for name, value := range over {
		if all[name], err = json.Marshal(value); err != nil {
			return err
		}
	}
	if text, err = json.Marshal(all); err != nil {
		return err
	}
	*spec = *new(T)
	return json.Unmarshal(text, spec)
}

func changed(f *estate, r *replica, kind string, spec fields) error {
	text, err := json.Marshal(spec["parameters"])
	if err != nil {
		return err
	}
	ref := f.sample
	if kind == fleetv1.KindNodePool {
		ref = f.inPool("more")
	}
	_, err = r.Change(f.Context(), f.caller, ref, hub.Change{Parameters: text})
	return err
}

func patched(f *estate, _ *replica, kind string, spec fields) error {
	var steps []map[string]any
	object, name := client.Object(f.now().cluster), ""
	if kind == fleetv1.KindNodePool {
		object = f.now().pool("more")
	}
	for name = range spec {
		steps = append(steps, map[string]any{"op": "add", "path": "/spec/" + name, "value": spec[name]})
	}
	text, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return f.client.Patch(f.Context(), object, client.RawPatch("application/json-patch+json", text))
}

// Whoever changes its own fields of a Cluster or pool, through whatever replica, loses none of another's, and reads show them all.
func TestNoHandLosesAnothersFields(t *testing.T) {
	late := serve(t, 0, fixture.Requiring("dns"))
	late.lag = 30 * time.Millisecond
	late.replicas = []*replica{late.replica(), late.replica()}
	f := late.build("sample")
	rapid.Check(t, func(rt *rapid.T) {
		want := map[string]fields{
			fleetv1.KindCluster: fieldsOf(rt, f.now().cluster.Spec), fleetv1.KindNodePool: fieldsOf(rt, f.now().pool("more").Spec),
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			r := f.replicas[rapid.IntRange(0, 1).Draw(rt, "replica")]
			hand := hands[rapid.SampledFrom(slices.Sorted(maps.Keys(hands))).Draw(rt, "hand")]
			kind := rapid.SampledFrom([]string{fleetv1.KindCluster, fleetv1.KindNodePool}).Draw(rt, "kind")
			names := map[string][]string{fleetv1.KindCluster: hand.cluster, fleetv1.KindNodePool: hand.pool}[kind]
			name := rapid.SampledFrom(names).Draw(rt, "field")
			value := exact(rt, []byte(rapid.SampledFrom(values[name]).Draw(rt, "value")))
			if err := hand.write(f, r, kind, fields{name: value}); err != nil {
				rt.Fatalf("writing %s: %v", name, err)
			}
			want[kind][name] = value
			if value == nil {
				delete(want[kind], name)
			}
			if !hand.hub {
				r = nil
			}
			f.compare(rt, want, kind, r)
		}
	})
}

// compare demands what the specs hold: as they are live or, with a replica, as that shows what was written through it.
func (f *estate) compare(rt *rapid.T, want map[string]fields, kind string, r *replica) {
	h := f.now()
	live := map[string]any{fleetv1.KindCluster: h.cluster.Spec, fleetv1.KindNodePool: h.pool("more").Spec}
	for _, kind := range []string{fleetv1.KindCluster, fleetv1.KindNodePool} {
		if diff := cmp.Diff(want[kind], fieldsOf(rt, live[kind])); diff != "" {
			rt.Fatalf("the spec of the %s (-want +got):\n%s", kind, diff)
		}
	}
	if r == nil {
		return
	}
	fleet, err := r.Fleet(f.Context(), f.namespace, f.sample)
	if err != nil {
		rt.Fatal(err)
	}
	shown := map[string]any{fleetv1.KindCluster: fleet.Cluster.Cluster.Spec, fleetv1.KindNodePool: fleet.Pools[1].NodePool.Spec}
	if diff := cmp.Diff(want[kind], fieldsOf(rt, shown[kind])); diff != "" {
		rt.Fatalf("the replica shows of the %s (-want +got):\n%s", kind, diff)
	}
}
