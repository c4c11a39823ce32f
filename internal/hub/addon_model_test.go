package hub_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
)

// ledger is what the model remembers of an instance.
type ledger struct {
	generation int64
	deleting   bool
	version    string
	visible    map[string]any
	secret     map[string]any
}

// ledgers are the tenant as the model sees it: what is on the sample, by instance.
type ledgers map[string]*ledger

// lateShop serves a shop by two replicas that lag behind.
func lateShop(t *testing.T) *shop {
	t.Helper()
	f := open(t, 0)
	f.lag = 40 * time.Millisecond
	for range 2 {
		r := f.replica()
		f.known(r)
		f.replicas = append(f.replicas, r)
	}
	return f
}

// What two replicas that lag behind do about add-ons, one after the other, is what one that knows everything would do. Only that
// an add-on exists a replica may learn late.
func TestTwoReplicasKeepTheLedger(t *testing.T) {
	f := lateShop(t)
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		model := ledgers{}
		names := []string{fmt.Sprint("a-", number), fmt.Sprint("b-", number)}
		for range rapid.IntRange(1, 20).Draw(rt, "steps") {
			name := rapid.SampledFrom(names).Draw(rt, "name")
			r := f.replicas[rapid.IntRange(0, 1).Draw(rt, "replica")]
			given := draw(rt)
			switch what := rapid.IntRange(0, 9).Draw(rt, "what"); {
			case what <= 2:
				model.install(rt, f, r, name, given)
			case what <= 6:
				model.change(rt, f, r, name, given)
			case what <= 8:
				model.delete(rt, f, r, name)
			default:
				model.letGo(rt, f, name)
			}
			model.check(rt, f, names)
		}
	})
}

// draw returns params, some of them secret.
func draw(rt *rapid.T) map[string]any {
	given := map[string]any{}
	if rapid.Bool().Draw(rt, "with replicas") {
		given["replicas"] = rapid.IntRange(1, 3).Draw(rt, "replicas")
	}
	if rapid.Bool().Draw(rt, "with token") {
		given["token"] = rapid.SampledFrom([]string{"geheim", "anders"}).Draw(rt, "token")
	}
	return given
}

func text(document map[string]any) []byte {
	raw, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	return raw
}

// take puts params into the ledger.
func (l *ledger) take(given map[string]any) {
	l.visible = map[string]any{}
	for key, value := range given {
		if key == "token" {
			l.secret[key] = value
		} else {
			l.visible[key] = value
		}
	}
}

func (m ledgers) install(rt *rapid.T, f *shop, r *replica, name string, given map[string]any) {
	addon, err := r.InstallAddon(f.Context(), f.caller, f.wish(name, string(text(given))))
	if m[name] != nil {
		if hub.ReasonOf(err) != hub.AlreadyExists {
			rt.Fatalf("installing %s again: %v", name, err)
		}
		return
	}
	if err != nil {
		rt.Fatalf("installing %s: %v", name, err)
	}
	m[name] = &ledger{generation: 1, version: "1.0.0", secret: map[string]any{}}
	m[name].take(given)
	m.answered(rt, f, r, name, addon)
}

func (m ledgers) change(rt *rapid.T, f *shop, r *replica, name string, given map[string]any) {
	addon, err := r.ChangeAddon(f.Context(), f.caller, f.instance(name), hub.AddonChange{Version: "1.0.0", Params: text(given)})
	switch l := m[name]; {
	case l == nil:
		if hub.ReasonOf(err) != hub.NotFound {
			rt.Fatalf("changing %s, which is not there: %v", name, err)
		}
	case hub.ReasonOf(err) == hub.NotFound: // of this replica's memory
	case l.deleting:
		if hub.ReasonOf(err) != hub.WrongState {
			rt.Fatalf("changing %s, which is being deleted: %v", name, err)
		}
	case err != nil:
		rt.Fatalf("changing %s: %v", name, err)
	default:
		l.generation++
		l.take(given)
		m.answered(rt, f, r, name, addon)
	}
}

func (m ledgers) delete(rt *rapid.T, f *shop, r *replica, name string) {
	addon, err := r.DeleteAddon(f.Context(), f.caller, f.instance(name))
	switch l := m[name]; {
	case l == nil && err == nil && addon.Object.DeletionTimestamp != nil: // it was, and this replica does not know better
	case l == nil:
		if hub.ReasonOf(err) != hub.NotFound {
			rt.Fatalf("deleting %s, which is not there: %v", name, err)
		}
	case hub.ReasonOf(err) == hub.NotFound: // of this replica's memory
	case err != nil:
		rt.Fatalf("deleting %s: %v", name, err)
	default:
		if !l.deleting {
			l.deleting = true
			l.generation++
		}
		m.answered(rt, f, r, name, addon)
	}
}

// letGo does what the controller does when an add-on is uninstalled.
func (m ledgers) letGo(rt *rapid.T, f *shop, name string) {
	if m[name] == nil || !m[name].deleting {
		return
	}
	for _, addon := range f.stored() {
		if addon.InstanceName() == name {
			addon.Finalizers = nil
			if err := f.client.Update(f.Context(), &addon); err != nil {
				rt.Fatal(err)
			}
		}
	}
	delete(m, name)
}

// answered demands that an answer is what the ledger says, and that the replica that gave it shows no less.
func (m ledgers) answered(rt *rapid.T, f *shop, r *replica, name string, addon *hub.Addon) {
	l := m[name]
	read, err := r.Addon(f.Context(), f.namespace, f.instance(name))
	if err != nil {
		rt.Fatalf("reading %s after a write: %v", name, err)
	}
	for _, shown := range []*hub.Addon{addon, read} {
		object := shown.Object
		if object.Generation != l.generation || (object.DeletionTimestamp != nil) != l.deleting {
			rt.Fatalf("%s is shown at generation %d, deleted at %v; want %+v", name, object.Generation, object.DeletionTimestamp, l)
		}
	}
}

// check demands that what is stored is what the ledgers say.
func (m ledgers) check(rt *rapid.T, f *shop, names []string) {
	found := map[string]bool{}
	for _, addon := range f.stored() {
		name := addon.InstanceName()
		if name != names[0] && name != names[1] {
			continue
		}
		l := m[name]
		if l == nil || found[name] {
			rt.Fatalf("%s should not be there", addon.Name)
		}
		found[name] = true
		if addon.Generation != l.generation || (addon.DeletionTimestamp != nil) != l.deleting || addon.Spec.Version != l.version {
			rt.Fatalf("%s has generation %d and version %s, want %+v", name, addon.Generation, addon.Spec.Version, l)
		}
		if !l.deleting && addon.Spec.Operation.Generation != l.generation {
			rt.Fatalf("the task of %s is about generation %d, want %d", name, addon.Spec.Operation.Generation, l.generation)
		}
		if diff := cmp.Diff(string(text(l.visible)), string(addon.Spec.Params.Raw)); diff != "" {
			rt.Fatalf("params of %s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(string(text(l.secret)), f.hidden(rt, &addon)); diff != "" {
			rt.Fatalf("secret params of %s (-want +got):\n%s", name, diff)
		}
	}
	if len(found) != len(m) {
		rt.Fatalf("there are %v, want %d", found, len(m))
	}
}

// hidden returns what the Secret of an add-on holds; an empty object where there is none.
func (f *shop) hidden(rt *rapid.T, addon *fleetv1.Addon) string {
	if len(addon.Spec.ValuesFrom) == 0 {
		return "{}"
	}
	secret := &corev1.Secret{}
	if err := f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: addon.Spec.ValuesFrom[0].Name}, secret); err != nil {
		rt.Fatal(err)
	}
	return string(secret.Data[params.SecretKey])
}
