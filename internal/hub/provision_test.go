package hub_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestAFleetIsProvisionedAsWished(t *testing.T) {
	f := bare(t)
	r := f.replicas[0]
	fleet, err := r.Provision(t.Context(), f.caller, wishedFleet("sample"))
	must(t, err)
	if fleet.Cluster.Name != "sample" || len(fleet.Pools) != 1 || fleet.Pools[0].Name != fleetv1.DefaultWorkerPool || fleet.Platform == nil {
		t.Errorf("answered %+v", fleet)
	}
	h := f.now()
	worker := h.pool(fleetv1.DefaultWorkerPool)
	request := h.cluster.Spec.Operation
	if request == nil || request.Type != fleetv1.OperationClusterCreate || request.Generation != 1 || request.ID == "" {
		t.Errorf("the request for the Operation is %+v", request)
	}
	if worker.Spec.Operation != nil {
		t.Errorf("the creation of default-worker has an Operation of its own: %+v", worker.Spec.Operation)
	}
	if got, want := h.mark(), "Cluster/sample/1 NodePool/sample-default-worker/1"; got != want {
		t.Errorf("the mark is %q, want %q", got, want)
	}
	if h.cluster.Spec.PlatformName != f.platform.Name || h.cluster.Annotations[fleetv1.AnnotationCreatedBy] != f.caller.Email {
		t.Errorf("on platform %q, annotated %v", h.cluster.Spec.PlatformName, h.cluster.Annotations)
	}
	if worker.Spec.Machine.Flavor != "m2" || worker.Labels[fleetv1.LabelCluster] != "sample" || worker.OwnerReferences[0].UID != h.cluster.UID {
		t.Errorf("the pool is %+v", worker)
	}
	f.belongs("sample-labels-0123456789", h.cluster)
	f.belongs("sample-default-worker-script-0123456789", worker)
}

// belongs demands that a Secret is one of the hub's, cannot be changed, and goes with an object and no other.
func (f *estate) belongs(name string, owner client.Object) *corev1.Secret {
	f.Helper()
	secret := f.kept()[name]
	if secret == nil {
		f.Fatalf("there is no Secret %s", name)
	}
	if len(secret.OwnerReferences) != 1 || secret.OwnerReferences[0].UID != owner.GetUID() || secret.Immutable == nil || !*secret.Immutable {
		f.Errorf("Secret %s: owned by %+v, immutable %v", name, secret.OwnerReferences, secret.Immutable)
	}
	return secret
}

func TestWhatMayNotBeIsNotProvisioned(t *testing.T) {
	replicas := func(n int32) func(*hub.NewFleet) {
		return func(w *hub.NewFleet) { w.Pool.Spec.Replicas = &n }
	}
	for name, tc := range map[string]struct {
		change func(*hub.NewFleet)
		want   []string
	}{
		"a pool that admission refuses": {change: replicas(-1), want: []string{"spec.replicas"}},
		"a cluster that admission refuses": {
			change: func(w *hub.NewFleet) { w.Spec.KubernetesVersion = "1.30" }, want: []string{"spec.kubernetesVersion"},
		},
		"both": {
			change: func(w *hub.NewFleet) { w.Spec.KubernetesVersion = "1.30"; replicas(-1)(w) },
			want:   []string{"spec.kubernetesVersion", "spec.replicas"},
		},
		"a pool that the Platform does not allow": {change: replicas(11), want: []string{"spec.replicas"}},
		"a cluster and a pool that the Platform does not allow": {
			change: func(w *hub.NewFleet) {
				w.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "169.254.0.0/16"}
				replicas(11)(w)
			},
			want: []string{"spec.network.podCIDR", "spec.replicas"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, 1, func(p *fleetv1.Platform) {
				p.Spec.MaxNodesPerPool, p.Spec.ReservedCIDRs = 10, []string{"169.254.0.0/16"}
			})
			r := f.replicas[0]
			wish := wishedFleet("sample")
			tc.change(&wish)
			_, err := r.Provision(t.Context(), f.caller, wish)
			reason(t, err, hub.Invalid)
			var got []string
			for _, fault := range faults(t, err) {
				got = append(got, fault.Field)
			}
			if diff := cmp.Diff(tc.want, slices.Compact(got)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			f.holdsNothing()
		})
	}
}

// holdsNothing demands that there is neither a Cluster, nor a NodePool, nor a Secret of the hub's.
func (f *tenant) holdsNothing() {
	f.Helper()
	var clusters fleetv1.ClusterList
	must(f, f.client.List(f.Context(), &clusters, client.InNamespace(f.namespace)))
	var pools fleetv1.NodePoolList
	must(f, f.client.List(f.Context(), &pools, client.InNamespace(f.namespace)))
	if n := len(clusters.Items) + len(pools.Items) + len(f.kept()); n > 0 {
		f.Errorf("%d objects are left", n)
	}
}

// What cannot be foreseen fails when the Cluster is there already.
func TestAClusterWhosePoolFailsIsDeletedAgain(t *testing.T) {
	f := bare(t)
	r := f.replicas[0]
	store := f.meddled(r, &meddling{before: func(verb string, object client.Object) error {
		if _, pool := object.(*fleetv1.NodePool); pool && verb == "create" {
			return apierrors.NewForbidden(fleetv1.SchemeGroupVersion.WithResource("nodepools").GroupResource(), object.GetName(),
				apierrors.NewBadRequest("exceeded quota: pools"))
		}
		return nil
	}}, f.clock)
	_, err := store.Provision(t.Context(), f.caller, wishedFleet("sample"))
	reason(t, err, hub.Forbidden)
	h := f.now()
	if h.cluster.DeletionTimestamp == nil || len(h.pools) > 0 {
		t.Errorf("the cluster is deleted %v and has %d pools", h.cluster.DeletionTimestamp, len(h.pools))
	}
	fleet, err := r.Fleet(t.Context(), f.namespace, hub.Ref{Kind: fleetv1.KindCluster, Name: "sample"})
	must(t, err)
	if word := phase.Cluster(fleet.Cluster.Cluster, nil); word != phase.WordDeleteInProgress {
		t.Errorf("shown as %s", word)
	}
	if secret := f.kept()["sample-default-worker-script-0123456789"]; secret != nil {
		t.Errorf("the pool's Secret is left")
	}
}

func TestANameThatIsTakenIsNotProvisionedAgain(t *testing.T) {
	f := settle(t, 1)
	before := f.now()
	_, err := f.replicas[0].Provision(t.Context(), f.caller, wishedFleet("sample"))
	reason(t, err, hub.AlreadyExists)
	if after := f.now(); after.cluster.DeletionTimestamp != nil || after.cluster.ResourceVersion != before.cluster.ResourceVersion {
		t.Error("the cluster of that name was touched")
	}
}

// The pool's plain name may be that of another cluster's pool.
func TestAPoolOfTheSamePlainNameIsInNobodysWay(t *testing.T) {
	f := bare(t)
	must(t, f.client.Create(t.Context(), fixture.NodePool(f.namespace, "sample-default-worker", "other", fixture.PoolName("default-worker"))))
	_, err := f.replicas[0].Provision(t.Context(), f.caller, wishedFleet("sample"))
	must(t, err)
	if worker := f.now().pool(fleetv1.DefaultWorkerPool); worker == nil || worker.Name == "sample-default-worker" {
		t.Errorf("the pool is %+v", worker)
	}
}
