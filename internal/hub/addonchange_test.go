package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// changed changes an add-on through a replica.
func (f *shop) changed(r hub.AddonWriter, addon *hub.Addon, version, params string) *hub.Addon {
	f.Helper()
	changed, err := r.ChangeAddon(f.Context(), f.caller, byID(addon), hub.AddonChange{Version: version, Params: []byte(params)})
	must(f, err)
	return changed
}

func TestAChangeReplacesTheParams(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"replicas": 2, "size": "large"}`)
	before := f.deployed(addon)
	changed, err := r.ChangeAddon(t.Context(), f.caller, f.instance("goods"), hub.AddonChange{
		Version: "1.1.0", Params: []byte(`{"login": {"user": "me"}}`), Extensions: &fleetv1.Extensions{CCE: fixture.JSON(`{"b":2}`)},
	})
	must(t, err)
	if changed.Phase != phase.Upgrading || !changed.Rollbackable || changed.Previous != "1.0.0" {
		t.Errorf("answered %s, rollbackable %t to %q", changed.Phase, changed.Rollbackable, changed.Previous)
	}
	object := f.liveAddon(addon)
	want := before.Spec.DeepCopy()
	want.Version, want.Params, want.Extensions = "1.1.0", fixture.JSON(`{"login":{"user":"me"}}`), &fleetv1.Extensions{CCE: fixture.JSON(`{"b":2}`)}
	want.Operation = &fleetv1.OperationRequest{ID: object.Spec.Operation.ID, Type: fleetv1.OperationAddonUpgrade, Generation: object.Generation}
	if diff := cmp.Diff(*want, object.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if object.Spec.Operation.ID == before.Spec.Operation.ID || object.Generation != before.Generation+1 {
		t.Errorf("task %s at generation %d", object.Spec.Operation.ID, object.Generation)
	}
	if object.Annotations[fleetv1.AnnotationUpdatedTime] == "" || object.Annotations[fleetv1.AnnotationUpdatedBy] != "ci@example.com" {
		t.Errorf("annotations are %v", object.Annotations)
	}
	read, err := r.Addon(t.Context(), f.namespace, byID(addon))
	must(t, err)
	if read.Object.ResourceVersion != object.ResourceVersion {
		t.Error("the replica does not read its own write")
	}
}

// A change to what is there already is a task too. No params are none: what was given before goes.
func TestEveryChangeMovesTheGeneration(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"replicas": 2}`)
	for range 2 {
		f.changed(r, addon, "1.0.0", `{"replicas": 2}`)
	}
	changed, err := r.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: "1.0.0"})
	must(t, err)
	if changed.Object.Generation != 4 || changed.Object.Spec.Params != nil || changed.Object.Spec.Operation.Generation != 4 {
		t.Errorf("generation %d, params %v, task of %d", changed.Object.Generation, changed.Object.Spec.Params, changed.Object.Spec.Operation.Generation)
	}
}

func TestAChangeGoesToTheTargetsOnly(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", "")
	f.changed(r, addon, "1.1.0", `{}`)
	for version, want := range map[string]hub.Fault{
		"1.0.0": {Field: "spec.version", Rule: hub.RuleVersion, Message: "1.0.0 is no version to go to from 1.1.0; it can be 1.2.0"},
		"2.0.0": {Field: "spec.version", Rule: hub.RuleGate, Message: "version 2.0.0 needs Kubernetes >=1.40.0-0; the cluster runs v1.33.1"},
		"3.0.0": {
			Field: "spec.version", Rule: hub.RuleVersion,
			Message: "template " + f.template + " has no version 3.0.0; it has 1.0.0, 1.1.0, 1.2.0, 2.0.0",
		},
	} {
		_, err := r.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: version})
		reason(t, err, hub.Invalid)
		if diff := cmp.Diff([]hub.Fault{want}, faults(t, err)); diff != "" {
			t.Errorf("%s: faults (-want +got):\n%s", version, diff)
		}
	}
	f.changed(r, addon, "1.2.0", `{}`)
	_, err := r.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: "1.2.0", Params: []byte(`{"replicas": "2"}`)})
	reason(t, err, hub.Invalid)
	if got := faults(t, err); len(got) != 1 || got[0].Field != "spec.params.replicas" || got[0].Rule != hub.RuleParams {
		t.Errorf("faults are %v", got)
	}
	if object := f.liveAddon(addon); object.Generation != 3 {
		t.Errorf("a refused change made generation %d", object.Generation)
	}
}

// Writers on two replicas, a controller that writes the status, and watches that lag: every change is a generation, and its task
// names it.
func TestChangesDoNotOverwriteEachOther(t *testing.T) {
	f := open(t, 2)
	addon := f.install(f.replicas[0], "goods", "")
	f.seen(f.liveAddon(addon))
	const rounds = 15
	var running sync.WaitGroup
	ids := make(chan string, 2*rounds)
	for _, r := range f.replicas {
		running.Go(func() {
			for i := range rounds {
				change := hub.AddonChange{Version: "1.0.0", Params: fmt.Appendf(nil, `{"replicas": %d}`, i+1)}
				changed, err := r.ChangeAddon(t.Context(), f.caller, byID(addon), change)
				for hub.ReasonOf(err) == hub.Unavailable { // the others were always faster; nothing was written
					changed, err = r.ChangeAddon(t.Context(), f.caller, byID(addon), change)
				}
				if err != nil {
					t.Error(err)
					return
				}
				operation := changed.Object.Spec.Operation
				if operation.Generation > changed.Object.Generation {
					t.Errorf("the task of generation %d at generation %d", operation.Generation, changed.Object.Generation)
				}
				ids <- operation.ID
			}
		})
	}
	running.Go(func() {
		for i := range 2 * rounds {
			object := f.liveAddon(addon)
			object.Status.RenderedChecksum = fmt.Sprint(i)
			_ = f.client.Status().Update(t.Context(), object) // a conflict is as good
		}
	})
	running.Wait()
	close(ids)
	told := map[string]bool{}
	for id := range ids {
		told[id] = true
	}
	if len(told) != 2*rounds {
		t.Errorf("%d tasks have names of their own, want %d", len(told), 2*rounds)
	}
	if object := f.liveAddon(addon); object.Generation != 1+2*rounds || object.Spec.Operation.Generation != object.Generation {
		t.Errorf("generation %d, the task is of %d", object.Generation, object.Spec.Operation.Generation)
	}
}

func TestSecretParamsAreKeptApart(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"replicas": 2, "token": "geheim", "login": {"user": "me", "password": "<x>"}}`)
	object := f.liveAddon(addon)
	if diff := cmp.Diff(`{"login":{"user":"me"},"replicas":2}`, string(object.Spec.Params.Raw)); diff != "" {
		t.Errorf("params (-want +got):\n%s", diff)
	}
	f.keeps(addon, `{"login":{"password":"\u003cx\u003e"},"token":"geheim"}`)
	secret := f.secretsAre(1)[0]
	labels := map[string]string{fleetv1.LabelParams: "true", fleetv1.LabelAddon: "goods"}
	if diff := cmp.Diff(labels, secret.Labels); diff != "" || secret.Type != corev1.SecretTypeOpaque ||
		!strings.HasPrefix(secret.Name, "goods-params-") || secret.OwnerReferences[0].Kind != fleetv1.KindCluster {
		t.Errorf("the Secret is %s of %s, owned by %v; labels (-want +got):\n%s", secret.Name, secret.Type, secret.OwnerReferences, diff)
	}
	first := object.Spec.ValuesFrom

	// What is not sent stays, in the same Secret.
	changed := f.changed(r, addon, "1.0.0", `{"replicas": 3}`)
	if diff := cmp.Diff(first, changed.Object.Spec.ValuesFrom); diff != "" || string(changed.Object.Spec.Params.Raw) != `{"replicas":3}` {
		t.Errorf("params %s, references (-want +got):\n%s", changed.Object.Spec.Params.Raw, diff)
	}
	// What is sent as it is changes nothing either.
	changed = f.changed(r, addon, "1.1.0", `{"token": "geheim"}`)
	if diff := cmp.Diff(first, changed.Object.Spec.ValuesFrom); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	// What is sent anew goes into a new Secret, with the rest.
	f.changed(r, addon, "1.1.0", `{"token": "anders"}`)
	f.keeps(addon, `{"login":{"password":"\u003cx\u003e"},"token":"anders"}`)
	for _, secret := range f.secretsAre(2) {
		if strings.HasSuffix(first[0].Name, secret.Name) != (secret.OwnerReferences[0].Kind == fleetv1.KindCluster) {
			t.Errorf("Secret %s is owned by %v", secret.Name, secret.OwnerReferences)
		}
	}
	// A refused change leaves nothing.
	_, err := r.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: "1.1.0", Params: []byte(`{"token": "x"}`)})
	reason(t, err, hub.Invalid)
	f.secretsAre(2)
}

// References of the user's own stay, in their order. What they lead to is not read here, so that a required param may come of it.
func TestReferencesOfTheUserStay(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	own := []fleetv1.ValuesReference{
		{Kind: "ConfigMap", Name: "values", Key: "values.yaml", Holds: fleetv1.ContentValues},
		{Kind: "Secret", Name: "goods-params-mine", Key: "params.yaml", Holds: fleetv1.ContentParams},
	}
	must(t, f.client.Create(t.Context(), &corev1.Secret{
		ObjectMeta: fixture.Addon(f.namespace, "goods-params-mine", "", "").ObjectMeta, StringData: map[string]string{"params.yaml": `{"token": "meins"}`},
	}))
	made := fixture.Addon(f.namespace, "goods", "sample", f.template, func(a *fleetv1.Addon) { a.Spec.ValuesFrom = own })
	must(t, f.client.Create(t.Context(), made))
	f.seen(made)
	changed, err := r.ChangeAddon(t.Context(), f.caller, f.instance("goods"), hub.AddonChange{Version: "1.0.0", Params: []byte(`{"token": "geheim"}`)})
	must(t, err)
	refs := changed.Object.Spec.ValuesFrom
	if len(refs) != 3 {
		t.Fatalf("references are %v", refs)
	}
	if diff := cmp.Diff(own, refs[:2]); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
	if got := f.secretsAre(1); got[0].Name != refs[2].Name {
		t.Errorf("names %s, and there is %s", refs[2].Name, got[0].Name)
	}
}

// The Secret was deleted by hand: what it held is gone, and so is the reference.
func TestASecretThatIsGoneIsNotNamedAnyMore(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"token": "geheim"}`)
	must(t, f.client.Delete(t.Context(), &f.secretsAre(1)[0]))
	f.changed(r, addon, "1.0.0", `{}`)
	f.keeps(addon, "")
}

func TestWhatIsBeingDeletedIsNotChanged(t *testing.T) {
	f := open(t, 2)
	r, late := f.replicas[0], f.replicas[1]
	addon := f.install(r, "goods", "")
	deployed := f.deployed(addon)
	f.seen(deployed)
	_, err := r.DeleteAddon(t.Context(), f.caller, byID(addon))
	must(t, err)
	for _, replica := range []*replica{r, late} {
		_, err = replica.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: "1.1.0"})
		reason(t, err, hub.WrongState)
		_, err = replica.RollbackAddon(t.Context(), f.caller, byID(addon))
		reason(t, err, hub.WrongState)
	}
	object := f.liveAddon(addon)
	object.Finalizers = nil
	must(t, f.client.Update(t.Context(), object))
	f.eventually("the index knows that it is gone", func() bool {
		_, err := r.Addon(t.Context(), f.namespace, byID(addon))
		return hub.ReasonOf(err) == hub.NotFound
	})
	_, err = r.ChangeAddon(t.Context(), f.caller, byID(addon), hub.AddonChange{Version: "1.1.0"})
	reason(t, err, hub.NotFound)

	other := f.install(r, "other", "")
	cluster := &fleetv1.Cluster{}
	must(t, f.client.Get(t.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, cluster))
	cluster.Finalizers = []string{"example.com/kept"}
	must(t, f.client.Update(t.Context(), cluster))
	must(t, f.client.Delete(t.Context(), cluster))
	f.eventually("the index knows of the deletion", func() bool {
		record, err := r.Get(t.Context(), f.namespace, f.sample)
		return err == nil && record.Object.DeletionTimestamp != nil
	})
	_, err = r.ChangeAddon(t.Context(), f.caller, byID(other), hub.AddonChange{Version: "1.1.0"})
	reason(t, err, hub.WrongState)
}
