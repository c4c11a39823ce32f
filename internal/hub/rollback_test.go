package hub_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

func TestARollbackTakesVersionParamsAndSecretsBack(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"replicas": 2, "token": "geheim"}`)
	first := f.deployed(addon)
	f.changed(r, addon, "1.1.0", `{"size": "large", "token": "anders"}`)
	second := f.deployed(addon)

	back, err := r.RollbackAddon(t.Context(), f.caller, f.instance("goods"))
	must(t, err)
	if back.Phase != phase.RollingBack || back.Rollbackable || back.Previous != "1.1.0" {
		t.Errorf("answered %s, rollbackable %t to %q", back.Phase, back.Rollbackable, back.Previous)
	}
	object := f.liveAddon(addon)
	want := first.Spec.DeepCopy()
	want.Operation = &fleetv1.OperationRequest{
		ID: object.Spec.Operation.ID, Type: fleetv1.OperationAddonRollback, Generation: second.Generation + 1,
	}
	if diff := cmp.Diff(*want, object.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	f.keeps(addon, `{"token":"geheim"}`)
	_, err = r.RollbackAddon(t.Context(), f.caller, byID(addon))
	reason(t, err, hub.WrongState)

	// Back at 1.0.0, the other way is open again.
	f.deployed(addon)
	forth, err := r.RollbackAddon(t.Context(), f.caller, byID(addon))
	must(t, err)
	if diff := cmp.Diff(second.Spec.ValuesFrom, forth.Object.Spec.ValuesFrom); diff != "" || forth.Object.Spec.Version != "1.1.0" {
		t.Errorf("version %s, references (-want +got):\n%s", forth.Object.Spec.Version, diff)
	}
}

// While an upgrade is under way, or after it failed, the way back leads to what is deployed.
func TestAnUpgradeUnderWayIsTakenBack(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", `{"replicas": 2}`)
	f.deployed(addon)
	f.changed(r, addon, "1.2.0", `{}`)
	back, err := r.RollbackAddon(t.Context(), f.caller, byID(addon))
	must(t, err)
	if back.Object.Spec.Version != "1.0.0" || string(back.Object.Spec.Params.Raw) != `{"replicas":2}` {
		t.Errorf("version %s with %s", back.Object.Spec.Version, back.Object.Spec.Params.Raw)
	}
}

func TestWhereNoWayLeadsBack(t *testing.T) {
	for name, test := range map[string]struct {
		change func(f *shop, object *fleetv1.Addon)
		want   string
	}{
		"before the first success": {
			change: func(_ *shop, object *fleetv1.Addon) { object.Status.Conditions = nil }, want: "The add-on was never deployed",
		},
		"without a version before": {
			change: func(_ *shop, object *fleetv1.Addon) { object.Status.PreviousVersion = "" }, want: "The add-on has no previous version",
		},
		"to a version that the catalogue has no more": {
			change: func(_ *shop, object *fleetv1.Addon) { object.Status.PreviousVersion = "0.9.0" },
			want:   "The catalogue has version 0.9.0 no more",
		},
		"to a version whose params nobody remembers": {
			change: func(_ *shop, object *fleetv1.Addon) { object.Status.History = object.Status.History[:1] },
			want:   "The params of version 1.0.0 are known no more",
		},
		"to a version that is not for the cluster any more": {
			change: func(_ *shop, object *fleetv1.Addon) {
				object.Status.PreviousVersion, object.Status.History[0].Version = "2.0.0", "2.0.0"
			},
			want: "The previous version cannot be deployed any more: version 2.0.0 needs Kubernetes >=1.40.0-0; the cluster runs v1.33.1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, 1)
			r := f.replicas[0]
			addon := f.install(r, "goods", "")
			f.deployed(addon)
			f.changed(r, addon, "1.1.0", `{}`)
			object := f.deployed(addon)
			test.change(f, object)
			must(t, f.client.Status().Update(t.Context(), object))
			f.seen(object)
			_, err := r.RollbackAddon(t.Context(), f.caller, byID(addon))
			reason(t, err, hub.WrongState)
			if known, _ := errors.AsType[*hub.Error](err); known.Message != test.want {
				t.Errorf("says %q, want %q", known.Message, test.want)
			}
			if after := f.liveAddon(addon); after.Generation != object.Generation {
				t.Errorf("a refused rollback made generation %d", after.Generation)
			}
		})
	}
}

func TestDeletingAnAddon(t *testing.T) {
	f := open(t, 2)
	r := f.replicas[0]
	addon := f.install(r, "goods", "")
	f.deployed(addon)
	deleted, err := r.DeleteAddon(t.Context(), f.caller, f.instance("goods"))
	must(t, err)
	if deleted.Phase != phase.Deleting || deleted.Undeleted != phase.Running || deleted.Object.DeletionTimestamp == nil || deleted.Rollbackable {
		t.Errorf("answered %s, without that %s", deleted.Phase, deleted.Undeleted)
	}
	object := f.liveAddon(addon)
	if object.Annotations[fleetv1.AnnotationDeletedBy] != "ci@example.com" || object.DeletionTimestamp == nil {
		t.Errorf("deleted by %q", object.Annotations[fleetv1.AnnotationDeletedBy])
	}
	before := r.writes.Count()
	for _, replica := range f.replicas {
		again, err := replica.DeleteAddon(t.Context(), f.caller, byID(addon))
		must(t, err)
		if again.Phase != phase.Deleting {
			t.Errorf("answered %s", again.Phase)
		}
	}
	if after := f.liveAddon(addon); after.ResourceVersion != object.ResourceVersion || r.writes.Count() != before {
		t.Error("the second deletion wrote something")
	}
	read, err := r.Addon(t.Context(), f.namespace, byID(addon))
	must(t, err)
	if read.Phase != phase.Deleting {
		t.Errorf("read %s", read.Phase)
	}
	_, err = r.InstallAddon(t.Context(), f.caller, f.wish("goods", ""))
	reason(t, err, hub.AlreadyExists)
	object.Finalizers = nil
	must(t, f.client.Update(t.Context(), object))
	for _, replica := range f.replicas {
		f.eventually("the index knows that it is gone", func() bool {
			_, err := replica.Addon(t.Context(), f.namespace, byID(addon))
			return hub.ReasonOf(err) == hub.NotFound
		})
		_, err = replica.DeleteAddon(t.Context(), f.caller, byID(addon))
		reason(t, err, hub.NotFound)
	}
}

// One that was made by kubectl and that no controller has seen has nothing to keep it. Its deletion is seen nevertheless.
func TestADeletionWaitsForTheController(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	addon := f.install(r, "goods", "")
	object := f.liveAddon(addon)
	object.Finalizers = nil
	must(t, f.client.Update(t.Context(), object))
	deleted, err := r.DeleteAddon(t.Context(), f.caller, byID(addon))
	must(t, err)
	if deleted.Phase != phase.Deleting {
		t.Errorf("answered %s", deleted.Phase)
	}
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(object), object))
}
