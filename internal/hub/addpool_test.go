package hub_test

import (
	"context"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// third is a wish for a pool with a Secret.
func third() hub.NewPool {
	return hub.NewPool{
		Name:    "third",
		Spec:    fleetv1.NodePoolSpec{UserScriptSecretName: "sample-third-script-0123456789", Machine: &fleetv1.Machine{Flavor: "m2"}},
		Secrets: []hub.NewSecret{{Name: "sample-third-script-0123456789", Data: map[string][]byte{"user_script": []byte("#!/bin/sh")}}},
	}
}

func TestAPoolIsAddedAsWished(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	fleet, err := r.AddNodePool(t.Context(), f.caller, f.sample, third())
	must(t, err)
	if len(fleet.Pools) != 3 || phase.NodePool(fleet.Pools[2].NodePool) != phase.WordCreateInProgress {
		t.Errorf("answered %+v", fleet)
	}
	h := f.now()
	pool := h.pool("third")
	request := pool.Spec.Operation
	if request == nil || request.Type != fleetv1.OperationPoolCreate || request.Generation != 1 {
		t.Errorf("the request for the Operation is %+v", request)
	}
	if h.mark() != "NodePool/sample-third/1" || pool.Spec.Machine.Flavor != "m2" || pool.Spec.ClusterName != "sample" {
		t.Errorf("the mark is %q, the pool %+v", h.mark(), pool.Spec)
	}
	f.belongs("sample-third-script-0123456789", pool)
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	reason(t, err, hub.Busy)
	f.done(r)
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
}

func TestAPoolThatMayNotBeIsNotAddedAndLeavesNoMark(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*hub.NewPool)
		want   hub.Reason
	}{
		"what admission refuses":           {change: func(w *hub.NewPool) { w.Spec.Role = "master" }, want: hub.Invalid},
		"what the Platform does not allow": {change: func(w *hub.NewPool) { w.Spec.Replicas = new(int32(11)) }, want: hub.Invalid},
		"a name that is taken":             {change: func(w *hub.NewPool) { w.Name = "more" }, want: hub.AlreadyExists},
	} {
		t.Run(name, func(t *testing.T) {
			f := settle(t, 1, func(p *fleetv1.Platform) { p.Spec.MaxNodesPerPool = 10 })
			r := f.replicas[0]
			wish := third()
			tc.change(&wish)
			_, err := r.AddNodePool(t.Context(), f.caller, f.sample, wish)
			reason(t, err, tc.want)
			if h := f.now(); len(h.pools) != 2 || f.kept()["sample-third-script-0123456789"] != nil {
				t.Errorf("%d pools, Secrets %v", len(h.pools), f.kept())
			}
			_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
			must(t, err)
		})
	}
}

func TestAPoolWhosePlainNameIsTakenIsHeldByItsOwn(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	other := fixture.NodePool(f.namespace, "sample-third", "other", fixture.PoolName("third"))
	must(t, f.client.Create(t.Context(), other))
	must(t, r.index.Wait(t.Context(), other))
	_, err := r.AddNodePool(t.Context(), f.caller, f.sample, third())
	must(t, err)
	h := f.now()
	if pool := h.pool("third"); pool == nil || pool.Name == "sample-third" || h.mark() != "NodePool/"+pool.Name+"/1" {
		t.Errorf("the mark is %q, the pool %+v", h.mark(), pool)
	}
}

// The Cluster is deleted after the mark was written and before the pool is.
func TestAPoolDoesNotSlipUnderAClusterThatIsDeleted(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	store := f.meddled(r, &meddling{before: func(verb string, object client.Object) error {
		if _, pool := object.(*fleetv1.NodePool); pool && verb == "create" {
			return r.Remove(t.Context(), f.caller, f.sample, 0)
		}
		return nil
	}}, f.clock)
	_, err := store.AddNodePool(t.Context(), f.caller, f.sample, third())
	reason(t, err, hub.WrongState)
	if pool := f.now().pool("third"); pool != nil && pool.DeletionTimestamp == nil {
		t.Error("the pool stays")
	}
}

// A Secret that is there already is taken for the same, and stays for the new object: its former one may be gone.
func TestASecretThatIsThereIsKept(t *testing.T) {
	f := settle(t, 1)
	wish := third()
	former := f.keptSecret(wish.Secrets[0].Name, wish.Secrets[0].Data)
	_, err := f.replicas[0].AddNodePool(t.Context(), f.caller, f.sample, wish)
	must(t, err)
	secret := f.kept()[former.Name]
	cluster := f.now().cluster
	if secret.UID != former.UID || len(secret.OwnerReferences) != 2 || secret.OwnerReferences[1].UID != cluster.UID {
		t.Errorf("the Secret is owned by %+v", secret.OwnerReferences)
	}
}

func TestASecretWithOtherContentIsNotTakenForTheSame(t *testing.T) {
	f := settle(t, 1)
	wish := third()
	f.keptSecret(wish.Secrets[0].Name, map[string][]byte{"user_script": []byte("another")})
	_, err := f.replicas[0].AddNodePool(t.Context(), f.caller, f.sample, wish)
	reason(t, err, hub.WrongState)
	if f.now().pool("third") != nil {
		t.Error("the pool was created")
	}
	_, err = f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
}

// keptSecret makes a Secret like one of the hub's for an object that is gone.
func (f *tenant) keptSecret(name string, data map[string][]byte) *corev1.Secret {
	f.Helper()
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: f.namespace, Name: name, Labels: map[string]string{fleetv1.LabelKept: "true"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "fleet.slipway.dev/v1alpha1", Kind: "NodePool", Name: "former", UID: "former"}},
		},
		Data: data,
	}
	must(f, f.client.Create(f.Context(), secret))
	return secret
}

// A task that names a new Secret makes it before it names it, and reads the one before through the draft.
func TestATaskMakesTheSecretsOfItsObjects(t *testing.T) {
	f := settle(t, 1)
	const name = "sample-default-worker-script-aaaaaaaaaa"
	task := hub.Task{Type: fleetv1.OperationPoolScript, Wait: time.Second, Plan: func(ctx context.Context, draft *hub.Draft) error {
		pool := draft.Pool(hub.Ref{Name: fleetv1.DefaultWorkerPool})
		data, err := draft.Kept(ctx, pool.Spec.UserScriptSecretName)
		if err != nil {
			return err
		}
		pool.Spec.UserScriptSecretName = name
		draft.TouchPool(pool, hub.NewSecret{Name: name, Data: map[string][]byte{"user_script": data["user_script"], "user_script_v2": []byte("new")}})
		return nil
	}}
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, task)
	must(t, err)
	worker := f.now().pool(fleetv1.DefaultWorkerPool)
	secret := f.belongs(name, worker)
	if string(secret.Data["user_script"]) != "#!/bin/sh" || string(secret.Data["user_script_v2"]) != "new" || worker.Spec.UserScriptSecretName != name {
		t.Errorf("the Secret holds %v, the pool names %s", secret.Data, worker.Spec.UserScriptSecretName)
	}
}

func TestATaskThatIsRefusedLeavesNoSecret(t *testing.T) {
	f := settle(t, 1)
	const name = "sample-more-script-aaaaaaaaaa"
	task := hub.Task{Type: fleetv1.OperationPoolScript, Plan: func(_ context.Context, draft *hub.Draft) error {
		pool := draft.Pool(hub.Ref{Name: "more"})
		pool.Spec.UserScriptSecretName, pool.Spec.Replicas = name, new(int32(-1))
		draft.TouchPool(pool, hub.NewSecret{Name: name, Data: map[string][]byte{"user_script": []byte("x")}})
		return nil
	}}
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, task)
	reason(t, err, hub.Invalid)
	if f.kept()[name] != nil {
		t.Error("the Secret is left")
	}
}
