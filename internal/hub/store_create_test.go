package hub_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestCreatingAClusterIsOneWrite(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	record, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{
		Name: "sample", Labels: map[string]string{"team": "a"}, Parameters: []byte(`{"a": null, "b": 1}`),
	})
	must(t, err)
	if diff := cmp.Diff([]string{"create *v1alpha1.Cluster sample"}, r.writes.Log()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	stored := live(f, record, &fleetv1.Cluster{})
	if stored.Generation != 1 || stored.Spec.PlatformName != f.platform.Name || stored.UID != record.ID {
		t.Errorf("generation %d on platform %q, id %s of %s", stored.Generation, stored.Spec.PlatformName, record.ID, stored.UID)
	}
	want := map[string]string{fleetv1.AnnotationCreatedBy: "ci@example.com", fleetv1.AnnotationUpdatedBy: "ci@example.com"}
	if diff := cmp.Diff(want, stored.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{fleetv1.ClusterFinalizer}, stored.Finalizers); diff != "" {
		t.Errorf("finalizers (-want +got):\n%s", diff)
	}
	f.shows(r, record, "F AwaitingAdapters 0", "F AwaitingAdapters 0")
	_, err = r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "sample"})
	reason(t, err, hub.AlreadyExists)
	foreign := f.caller
	foreign.Namespace = "nobody"
	_, err = r.CreateCluster(t.Context(), foreign, hub.NewCluster{Name: "sample"})
	reason(t, err, hub.Forbidden)
}

// What a client sends as parameters comes back as the same JSON value, or is refused.
func TestParametersAreKeptAsTheyWereSent(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	for name, test := range map[string]struct{ sent, field string }{
		"null members, at every depth":  {sent: `{"a": null, "b": {"c": null}, "d": [null, {"e": null}]}`},
		"an empty object":               {sent: `{}`},
		"empty members":                 {sent: `{"a": {}, "b": [], "c": "", "": 1, " ": {"": null}}`},
		"integers up to 64 bits":        {sent: `{"a": 9223372036854775807, "b": -9223372036854775808, "c": 0, "d": -0}`},
		"fractions and exponents":       {sent: `{"a": 1.0, "b": 0.1, "c": 1e21, "d": 1.5e-7, "e": 1E3, "f": 100000000000000000000}`},
		"text in all scripts":           {sent: `{"ключ": "zażółć 漢字 🚀", "a": "\u0000\u2028<&>\"\\", "b": "\ud83d\ude80"}`},
		"keys that look like paths":     {sent: `{"a.b/c~d": {"$ref": "#"}, "metadata": {"name": 1}, "-": true}`},
		"deep nesting":                  {sent: strings.Repeat(`{"a":`, 60) + `1` + strings.Repeat(`}`, 60)},
		"an integer beyond 64 bits":     {sent: `{"a": {"b": [1, 9223372036854775809]}}`, field: "spec.parameters.a.b[1]"},
		"more digits than a float has":  {sent: `{"a": 0.12345678901234567890123}`, field: "spec.parameters.a"},
		"a number beyond a float":       {sent: `{"a": 1e400}`, field: "spec.parameters.a"},
		"a number too small to be kept": {sent: `{"x.y": 1e-400}`, field: `spec.parameters["x.y"]`},
		"half a surrogate pair":         {sent: `{"a": "\ud83d"}`, field: "spec.parameters"},
		"the wrong half first":          {sent: `{"a": "\ude80\ud83d"}`, field: "spec.parameters"},
		"an escaped backslash before u": {sent: `{"a": "\\ud83d"}`},
		"a key that stands twice":       {sent: `{"a": 1, "a": 2}`, field: "spec.parameters.a"},
		"what is no object":             {sent: `[1]`, field: "spec.parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			id := strings.ReplaceAll(strings.TrimLeft(name, "0123456789"), " ", "-")
			id = strings.ReplaceAll(id, ",", "")
			record, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: id, Parameters: []byte(test.sent)})
			if test.field != "" {
				reason(t, err, hub.Invalid)
				if got := faults(t, err); len(got) != 1 || got[0].Field != test.field {
					t.Errorf("faults are %v, want one of %s", got, test.field)
				}
				return
			}
			must(t, err)
			if !aggregate.SameJSON([]byte(test.sent), record.Parameters()) {
				t.Errorf("sent %s, got %s", test.sent, record.Parameters())
			}
			change := hub.Change{Parameters: []byte(`{"replaced": null}`)}
			_, err = r.Change(t.Context(), f.caller, ref(record), change)
			must(t, err)
			record, err = r.Change(t.Context(), f.caller, ref(record), hub.Change{Parameters: []byte(test.sent)})
			must(t, err)
			if stored := live(f, record, &fleetv1.Cluster{}); !aggregate.SameJSON([]byte(test.sent), stored.Spec.Parameters.Raw) {
				t.Errorf("sent %s again, stored %s", test.sent, stored.Spec.Parameters.Raw)
			}
		})
	}
}

func TestWishesThatBreakRulesNameTheField(t *testing.T) {
	f := serve(t, 1, func(p *fleetv1.Platform) {
		p.Spec.ClusterParametersSchema = fixture.JSON(`{"type": "object", "properties": {"zones": {"type": "array", "items": {"type": "string"}}}}`)
		p.Spec.NodePoolParametersSchema = fixture.JSON(`{"type": "object", "required": ["disk"]}`)
	})
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	for name, test := range map[string]struct {
		do    func() error
		field string
	}{
		"parameters that the Platform does not allow": {field: "spec.parameters.zones[1]", do: func() error {
			_, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "x1", Parameters: []byte(`{"zones": ["a", 1]}`)})
			return err
		}},
		"parameters that a change brings": {field: "spec.parameters.zones", do: func() error {
			_, err := r.Change(t.Context(), f.caller, ref(sample), hub.Change{Parameters: []byte(`{"zones": 1}`)})
			return err
		}},
		"parameters of a pool": {field: "spec.parameters.disk", do: func() error {
			_, err := r.CreateNodePool(t.Context(), f.caller, hub.NewNodePool{Cluster: ref(sample), Name: "p1", Parameters: []byte(`{}`)})
			return err
		}},
		"a name that is too long": {field: "metadata", do: func() error {
			_, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: strings.Repeat("x", 54)})
			return err
		}},
		"a label that is none": {field: "metadata.labels", do: func() error {
			_, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "x2", Labels: map[string]string{"a": "b c"}})
			return err
		}},
		"a label of ours": {field: "metadata.labels." + fleetv1.LabelID, do: func() error {
			_, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "x3", Labels: map[string]string{fleetv1.LabelID: "forged"}})
			return err
		}},
		"a changed label of ours": {field: "metadata.labels." + fleetv1.LabelID, do: func() error {
			_, err := r.Change(t.Context(), f.caller, ref(sample), hub.Change{Labels: &map[string]string{fleetv1.LabelID: "forged"}})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.do()
			reason(t, err, hub.Invalid)
			if got := faults(t, err); len(got) != 1 || got[0].Field != test.field || got[0].Message == "" {
				t.Errorf("faults are %v, want one of %s", got, test.field)
			}
		})
	}
}

func TestAQuotaForbids(t *testing.T) {
	f := serve(t, 1)
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: "none"},
		Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
			"count/clusters.fleet.slipway.dev": resource.MustParse("0"),
		}},
	}
	must(t, f.client.Create(t.Context(), quota))
	// No controller counts here: the quota is given its status by hand, as the controller would.
	quota.Status.Hard, quota.Status.Used = quota.Spec.Hard, corev1.ResourceList{"count/clusters.fleet.slipway.dev": resource.MustParse("0")}
	must(t, f.client.Status().Update(t.Context(), quota))
	f.eventually("the quota is used up", func() bool {
		_, err := f.replicas[0].CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "sample"})
		return hub.ReasonOf(err) == hub.Forbidden
	})
}

func TestCreatingANodePool(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	cluster := f.cluster(r, "a")
	record := f.pool(r, cluster, "workers")
	stored := live(f, record, &fleetv1.NodePool{})
	if stored.Name != "a-workers" || record.Name != "workers" || record.Owner != cluster.ID || stored.Spec.ClusterName != "a" || stored.Generation != 1 {
		t.Errorf("pool %s, shown as %s of %s", stored.Name, record.Name, record.Owner)
	}
	if owner := stored.OwnerReferences[0]; owner.UID != cluster.ID || !*owner.BlockOwnerDeletion || stored.Labels[fleetv1.LabelCluster] != "a" {
		t.Errorf("owned by %v, labelled %v", owner, stored.Labels)
	}
	_, err := r.CreateNodePool(t.Context(), f.caller, hub.NewNodePool{Cluster: ref(cluster), Name: "workers"})
	reason(t, err, hub.AlreadyExists)
	_, err = r.CreateNodePool(t.Context(), f.caller, hub.NewNodePool{Cluster: hub.Ref{Kind: fleetv1.KindCluster, Name: "nobody"}, Name: "workers"})
	reason(t, err, hub.NotFound)

	// Another cluster's pool may have the name that this one would get.
	long := f.cluster(r, "a-b")
	first := f.pool(r, cluster, "b-c")
	second := f.pool(r, long, "c")
	if first.Object.Name != "a-b-c" || second.Name != "c" || !strings.HasPrefix(second.Object.Name, "a-b-c-") {
		t.Errorf("the pools are %s and %s (%s)", first.Object.Name, second.Object.Name, second.Name)
	}
	_, err = r.CreateNodePool(t.Context(), f.caller, hub.NewNodePool{Cluster: ref(long), Name: "c"})
	reason(t, err, hub.AlreadyExists)
}

// A pool does not slip under a cluster that is being deleted, also where the replica does not know of the deletion.
func TestANodePoolOfADeletedClusterIsRefused(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	cluster := f.cluster(r, "sample")
	must(t, f.client.Delete(t.Context(), live(f, cluster, &fleetv1.Cluster{})))
	_, err := r.CreateNodePool(t.Context(), f.caller, hub.NewNodePool{Cluster: ref(cluster), Name: "late"})
	reason(t, err, hub.WrongState)
	var pools fleetv1.NodePoolList
	must(t, f.client.List(t.Context(), &pools))
	for _, pool := range pools.Items {
		if pool.Namespace == f.namespace && pool.DeletionTimestamp == nil {
			t.Errorf("pool %s lives under a cluster that is being deleted", pool.Name)
		}
	}
}
