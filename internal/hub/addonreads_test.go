package hub

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func onCluster(name string) Ref { return Ref{Kind: fleetv1.KindCluster, Name: name} }

// instances returns the instance names of the add-ons on a Cluster, as they are listed.
func (r *replica) instances(t *testing.T, cluster string) []string {
	t.Helper()
	list, err := r.index.Addons(t.Context(), "ns", onCluster(cluster))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, addon := range list {
		names = append(names, addon.Instance)
	}
	return names
}

func (r *replica) addon(t *testing.T, ref Ref) (*Addon, Reason) {
	t.Helper()
	ref.Kind = fleetv1.KindAddon
	addon, err := r.index.Addon(t.Context(), "ns", ref)
	return addon, ReasonOf(err)
}

func TestAddonsAreListedByAgeAndInstance(t *testing.T) {
	e := tenant()
	for _, name := range []string{"a", "b"} {
		e.write(fixture.Cluster("ns", name))
	}
	// Four versions of the store are one second of its time.
	for _, name := range []string{"late", "early", "c", "b", "a"} {
		made := fixture.Addon("ns", name, "a", "x")
		if name == "late" {
			made.CreationTimestamp.Time = fixture.Epoch.AddDate(1, 0, 0)
		} else if name != "early" {
			made.CreationTimestamp.Time = fixture.Epoch.AddDate(0, 1, 0)
		} else {
			made.CreationTimestamp.Time = fixture.Epoch
		}
		e.write(made)
	}
	e.write(fixture.Addon("ns", "x", "b", "x", fixture.Labelled[*fleetv1.Addon](fleetv1.LabelInstance, "a")))
	r := newReplica(t, e).start()
	if diff := cmp.Diff([]string{"early", "a", "b", "c", "late"}, r.instances(t, "a")); diff != "" {
		t.Errorf("on a (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a"}, r.instances(t, "b")); diff != "" {
		t.Errorf("on b (-want +got):\n%s", diff)
	}
	if _, err := r.index.Addons(t.Context(), "ns", onCluster("c")); ReasonOf(err) != NotFound {
		t.Errorf("a cluster that does not exist gives %v", err)
	}
	if _, err := r.index.Addons(t.Context(), "elsewhere", onCluster("a")); ReasonOf(err) != NotFound {
		t.Errorf("a cluster of another tenant gives %v", err)
	}
}

func TestAddonsAreFoundByIDAndByInstance(t *testing.T) {
	e := tenant()
	e.write(fixture.Cluster("ns", "a"))
	e.write(fixture.Cluster("ns", "b"))
	plain := e.write(fixture.Addon("ns", "one", "a", "x"))
	named := e.write(fixture.Addon("ns", "two", "b", "x",
		fixture.Labelled[*fleetv1.Addon](fleetv1.LabelInstance, "one"), fixture.Labelled[*fleetv1.Addon](fleetv1.LabelID, "the-id")))
	orphan := e.write(fixture.Addon("ns", "three", "gone", "x"))
	foreign := e.write(fixture.Addon("other", "one", "a", "x"))
	r := newReplica(t, e).start()
	a, b := onCluster("a"), onCluster("b")
	for name, test := range map[string]struct {
		ref  Ref
		want types.UID
	}{
		"by its UID":                              {ref: Ref{ID: plain.GetUID()}, want: plain.GetUID()},
		"by its UID and cluster":                  {ref: Ref{ID: plain.GetUID(), Cluster: &a}, want: plain.GetUID()},
		"not on another cluster":                  {ref: Ref{ID: plain.GetUID(), Cluster: &b}},
		"by its name, where it has no label":      {ref: Ref{Name: "one", Cluster: &a}, want: plain.GetUID()},
		"by its label, which tells two apart":     {ref: Ref{Name: "one", Cluster: &b}, want: named.GetUID()},
		"not by the name of an object":            {ref: Ref{Name: "two", Cluster: &b}},
		"not by its name alone":                   {ref: Ref{Name: "one"}},
		"by its id":                               {ref: Ref{ID: "the-id"}, want: named.GetUID()},
		"not by its UID, where it has another id": {ref: Ref{ID: named.GetUID()}},
		"not without its cluster":                 {ref: Ref{ID: orphan.GetUID()}},
		"not in another namespace":                {ref: Ref{ID: foreign.GetUID()}},
		"not on a cluster that is unknown":        {ref: Ref{ID: plain.GetUID(), Cluster: ptr(onCluster("gone"))}},
	} {
		t.Run(name, func(t *testing.T) {
			addon, reason := r.addon(t, test.ref)
			test.ref.Kind = fleetv1.KindAddon
			_, named := r.index.Name("ns", test.ref)
			switch {
			case test.want == "" && (reason != NotFound || named):
				t.Errorf("found %v (%s), has a name: %t", addon, reason, named)
			case test.want != "" && (addon == nil || addon.Object.UID != test.want || !named):
				t.Errorf("found %v (%s), has a name: %t", addon, reason, named)
			}
		})
	}
}

// What a write returned is read at once, what is gone is gone, and what the watch delivers later changes nothing.
func TestAddonsAreReadAsTheyWereWritten(t *testing.T) {
	e := tenant()
	e.write(fixture.Cluster("ns", "a"))
	r := newReplica(t, e).start()
	written := e.write(fixture.Addon("ns", "one", "a", "x"))
	r.index.Apply(clone(written))
	if got := r.instances(t, "a"); !slices.Equal(got, []string{"one"}) {
		t.Errorf("after the creation there are %v", got)
	}
	claimed := clone(written).(*fleetv1.Addon)
	claimed.Labels = map[string]string{fleetv1.LabelID: string(claimed.UID)}
	changed := e.write(claimed).(*fleetv1.Addon)
	changed.Spec.Version = "2.0.0"
	newest := e.write(changed)
	r.index.Apply(clone(newest))
	r.next(ofAddons)
	r.next(ofAddons)
	if addon, _ := r.addon(t, Ref{ID: written.GetUID()}); addon == nil || addon.Object.Spec.Version != "2.0.0" {
		t.Errorf("after the change there is %v", addon)
	}
	r.index.Remove(newest)
	for done := false; !done; done = !r.next(ofAddons) {
		if addon, reason := r.addon(t, Ref{ID: written.GetUID()}); reason != NotFound {
			t.Errorf("after the end there is %v", addon)
		}
	}
	e.remove(newest)
	r.catchUp()
	if got := r.instances(t, "a"); len(got) > 0 {
		t.Errorf("in the end there are %v", got)
	}
	if left := len(r.index.joins.addonIDs) + len(r.index.joins.addons); left > 0 {
		t.Errorf("%d joins are left", left)
	}
}

func TestTheCatalogueIsRead(t *testing.T) {
	e := tenant()
	for _, name := range []string{"c", "b", "a"} {
		made := fixture.AddonTemplate(name)
		made.CreationTimestamp.Time = fixture.Epoch
		if name == "a" {
			made.CreationTimestamp.Time = fixture.Epoch.AddDate(1, 0, 0)
		}
		e.write(made)
	}
	r := newReplica(t, e)
	for k := range kinds {
		if _, err := r.index.Templates(t.Context()); ReasonOf(err) != Unavailable {
			t.Errorf("before all was listed: %v", err)
		}
		r.list(k, e.revision)
	}
	list, err := r.index.Templates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, template := range list {
		names = append(names, template.Name)
	}
	if diff := cmp.Diff([]string{"b", "c", "a"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if template, err := r.index.Template(t.Context(), "b"); err != nil || template.Name != "b" {
		t.Errorf("found %v, %v", template, err)
	}
	if _, err := r.index.Template(t.Context(), "d"); ReasonOf(err) != NotFound {
		t.Errorf("one that does not exist gives %v", err)
	}
}

func TestTheVersionsOfNewClusters(t *testing.T) {
	offering := func(versions ...string) fixture.Option[*fleetv1.Platform] {
		return func(p *fleetv1.Platform) {
			for _, version := range versions {
				p.Spec.KubernetesVersions = append(p.Spec.KubernetesVersions, fleetv1.KubernetesVersion{Version: version})
			}
		}
	}
	e := tenant(offering("v1.33.1", "v1.32.0"))
	e.write(fixture.Platform("other", offering("v1.30.0")))
	labelled, lost := namespaceNamed("labelled"), namespaceNamed("lost")
	labelled.Labels = map[string]string{fleetv1.LabelPlatform: "other"}
	lost.Labels = map[string]string{fleetv1.LabelPlatform: "nothing"}
	e.write(labelled)
	e.write(lost)
	r := newReplica(t, e).start()
	for namespace, want := range map[string][]string{"ns": {"v1.33.1", "v1.32.0"}, "labelled": {"v1.30.0"}, "lost": nil} {
		got, err := r.index.KubernetesVersions(t.Context(), namespace)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", namespace, err, diff)
		}
	}
}
