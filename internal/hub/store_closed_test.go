package hub_test

import (
	"strings"
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// The facade's service account may use the Secrets of a namespace only where its role is bound.
func TestANamespaceThatIsNotOpen(t *testing.T) {
	const account = "slipway-apiserver"
	f := serve(t, 1)
	e, err := env()
	must(t, err)
	restricted, err := e.Account(t.Context(), account)
	must(t, err)
	r := f.replicas[0]
	cluster := f.cluster(r, "sample")
	f.secret(f.namespace, "sample-kubeconfig", map[string]string{fleetv1.KubeconfigKey: kubeconfigText})
	f.pointTo(r, cluster, "sample-kubeconfig")
	store := hub.NewStore(hub.StoreOptions{
		Client: restricted, Memory: r.index, Recorder: r.events, Clock: f.clock, SystemNamespace: f.namespace, Replica: "restricted",
	})
	closed := func(what string, err error) {
		t.Helper()
		reason(t, err, hub.Forbidden)
		if err == nil || !strings.Contains(err.Error(), "The project does not let this service use its Secrets") {
			t.Errorf("%s: %v", what, err)
		}
	}

	_, err = store.Kubeconfig(t.Context(), f.caller, ref(cluster))
	closed("reading a kubeconfig", err)
	_, err = store.Provision(t.Context(), f.caller, wishedFleet("another"))
	closed("keeping what must not be in objects", err)
	if kept := f.kept(); len(kept) > 0 {
		t.Errorf("%d Secrets are left", len(kept))
	}
	must(t, e.Open(t.Context(), account, f.namespace))
	if _, err := store.Kubeconfig(t.Context(), f.caller, ref(cluster)); err != nil {
		t.Errorf("reading a kubeconfig in a namespace that was opened: %v", err)
	}
	if _, err := store.Provision(t.Context(), f.caller, wishedFleet("third")); err != nil {
		t.Errorf("keeping what must not be in objects, in a namespace that was opened: %v", err)
	}
}
