package hub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// task is what a client asks for about the add-on "goods" of the sample.
type task struct {
	// before leads to where the task starts.
	before func(f *shop, r *replica)
	// do is the task. It is repeated after the process was killed; what the repetition may say, besides nothing, is done.
	do   func(ctx context.Context, f *shop, r *replica) error
	done hub.Reason
	// version and secret are what the add-on has in the end; no version if it is being deleted.
	version, secret string
}

func installed(f *shop, r *replica) { f.deployed(f.install(r, "goods", `{"token": "geheim"}`)) }

var tasks = map[string]task{
	"an installation": {
		before: func(*shop, *replica) {},
		do: func(ctx context.Context, f *shop, r *replica) error {
			_, err := r.InstallAddon(ctx, f.caller, f.wish("goods", `{"token": "geheim"}`))
			return err
		},
		done: hub.AlreadyExists, version: "1.0.0", secret: `{"token":"geheim"}`,
	},
	"a change": {
		before: installed,
		do: func(ctx context.Context, f *shop, r *replica) error {
			_, err := r.ChangeAddon(ctx, f.caller, f.instance("goods"), hub.AddonChange{Version: "1.1.0", Params: []byte(`{"token": "anders"}`)})
			return err
		},
		version: "1.1.0", secret: `{"token":"anders"}`,
	},
	"a rollback": {
		before: func(f *shop, r *replica) {
			addon := f.install(r, "goods", `{"token": "geheim"}`)
			f.deployed(addon)
			f.changed(r, addon, "1.1.0", `{"token": "anders"}`)
			f.deployed(addon)
		},
		do: func(ctx context.Context, f *shop, r *replica) error {
			_, err := r.RollbackAddon(ctx, f.caller, f.instance("goods"))
			return err
		},
		done: hub.WrongState, version: "1.0.0", secret: `{"token":"geheim"}`,
	},
	"a deletion": {
		before: installed,
		do: func(ctx context.Context, f *shop, r *replica) error {
			_, err := r.DeleteAddon(ctx, f.caller, f.instance("goods"))
			return err
		},
	},
}

// A process is killed at each of the writes of each task, before or after it was carried out. The client's repetition, through
// another replica, reaches what it wanted; what was left behind belongs to the Cluster or to the add-on, and goes with it.
func TestTasksOfKilledProcessesAreRepeated(t *testing.T) {
	for name, task := range tasks {
		t.Run(name, func(t *testing.T) {
			for n, killed := 1, true; killed; n++ {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("write %d, carried out %t", n, after), func(t *testing.T) { killed = task.killAt(t, n, after) })
				}
			}
		})
	}
}

// killAt plays a task with a process that is killed at its n-th write, and reports whether it had so many.
func (k task) killAt(t *testing.T, n int, after bool) bool {
	f := open(t, 1)
	r := f.replicas[0]
	k.before(f, r)
	before := r.writes.Count()
	r.writes.FailAt(n, after)
	err := k.do(t.Context(), f, r)
	writes := r.writes.Count() - before
	if err != nil && !errors.Is(err, expect.ErrKilled) {
		t.Errorf("failed for another reason: %v", err)
	}
	other := f.replica()
	f.known(other)
	if err := k.do(t.Context(), f, other); err != nil && (k.done == "" || hub.ReasonOf(err) != k.done) {
		t.Errorf("the repetition failed: %v", err)
	}
	k.check(f)
	return writes >= n-1 && err != nil
}

// check demands what was to be reached.
func (k task) check(f *shop) {
	f.Helper()
	addons := f.stored()
	if len(addons) != 1 {
		f.Fatalf("there are %d add-ons", len(addons))
	}
	addon := &addons[0]
	if k.version == "" {
		if addon.DeletionTimestamp == nil || addon.Annotations[fleetv1.AnnotationDeletedBy] == "" {
			f.Error("the add-on is not being deleted by anybody")
		}
		return
	}
	if addon.Spec.Version != k.version || addon.Spec.Operation.Generation != addon.Generation || len(addon.Spec.ValuesFrom) != 1 {
		f.Fatalf("version %s, task of %d at generation %d, references %v", addon.Spec.Version, addon.Spec.Operation.Generation,
			addon.Generation, addon.Spec.ValuesFrom)
	}
	secret := &corev1.Secret{}
	must(f, f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: addon.Spec.ValuesFrom[0].Name}, secret))
	if got := string(secret.Data[params.SecretKey]); got != k.secret {
		f.Errorf("the Secret holds %s, want %s", got, k.secret)
	}
	var all corev1.SecretList
	must(f, f.client.List(f.Context(), &all, client.InNamespace(f.namespace)))
	for i := range all.Items {
		if len(all.Items[i].OwnerReferences) != 1 {
			f.Errorf("Secret %s has the owners %v", all.Items[i].Name, all.Items[i].OwnerReferences)
		}
	}
}
