package hub_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestInstallingIsOneWrite(t *testing.T) {
	f := open(t, 2)
	r := f.replicas[0]
	wish := f.wish("goods", `{"replicas": 2}`)
	wish.Extensions = &fleetv1.Extensions{CCE: fixture.JSON(`{"a":1}`)}
	addon, err := r.InstallAddon(t.Context(), f.caller, wish)
	must(t, err)
	if diff := cmp.Diff([]string{"create *v1alpha1.Addon goods"}, r.writes.Log()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	object := f.liveAddon(addon)
	if object.Generation != 1 || object.Spec.Operation == nil || object.Spec.Operation.ID == "" {
		t.Fatalf("generation %d, operation %v", object.Generation, object.Spec.Operation)
	}
	want := fleetv1.AddonSpec{
		ClusterName: "sample", TemplateName: f.template, Version: "1.0.0", UpgradePolicy: fleetv1.UpgradeManual,
		Params: fixture.JSON(`{"replicas":2}`), Extensions: &fleetv1.Extensions{CCE: fixture.JSON(`{"a":1}`)},
		Operation: &fleetv1.OperationRequest{ID: object.Spec.Operation.ID, Type: fleetv1.OperationAddonInstall, Generation: 1},
	}
	if diff := cmp.Diff(want, object.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	owner := &fleetv1.Cluster{}
	must(t, f.client.Get(t.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, owner))
	block := true
	meta := metav1.ObjectMeta{
		Labels:      map[string]string{fleetv1.LabelInstance: "goods"},
		Annotations: map[string]string{fleetv1.AnnotationCreatedBy: "ci@example.com", fleetv1.AnnotationUpdatedBy: "ci@example.com"},
		Finalizers:  []string{fleetv1.AddonFinalizer},
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: "fleet.slipway.dev/v1alpha1", Kind: "Cluster", Name: "sample", UID: owner.UID, BlockOwnerDeletion: &block,
		}},
	}
	got := metav1.ObjectMeta{
		Labels: object.Labels, Annotations: object.Annotations, Finalizers: object.Finalizers, OwnerReferences: object.OwnerReferences,
	}
	if diff := cmp.Diff(meta, got); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if addon.ID != object.UID || addon.Instance != "goods" || addon.Phase != phase.Installing || addon.Cluster.Name != "sample" ||
		addon.Template.Name != f.template || addon.Rollbackable {
		t.Errorf("answered %+v", addon)
	}
	if diff := cmp.Diff([]string{"1.1.0", "1.2.0"}, addon.Targets); diff != "" {
		t.Errorf("targets (-want +got):\n%s", diff)
	}
	f.reads(r, addon)
	f.seen(object)
	f.reads(f.replicas[1], addon)
}

// reads demands that a replica finds an add-on in every way.
func (f *shop) reads(r *replica, addon *hub.Addon) {
	f.Helper()
	for _, ref := range []hub.Ref{byID(addon), f.instance(addon.Instance), {Kind: fleetv1.KindAddon, ID: addon.ID, Cluster: &f.sample}} {
		found, err := r.Addon(f.Context(), f.namespace, ref)
		must(f, err)
		if name, known := r.index.Name(f.namespace, ref); found.ID != addon.ID || !known || name != addon.Object.Name {
			f.Errorf("found %s, by the name %s", found.ID, name)
		}
		_, err = r.Addon(f.Context(), "elsewhere", ref)
		reason(f, err, hub.NotFound)
	}
	list, err := r.Addons(f.Context(), f.namespace, f.sample)
	must(f, err)
	if len(list) != 1 || list[0].ID != addon.ID {
		f.Errorf("listed %d add-ons", len(list))
	}
}

// What a caller does wrong is said before anything is written.
func TestWhatCannotBeInstalledIsRefused(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	for name, test := range map[string]struct {
		template, version, params string
		want                      hub.Fault
	}{
		"a template that is not in the catalogue": {
			template: "nothing", want: hub.Fault{Field: "spec.templateName", Message: "nothing is not in the catalogue", Rule: hub.RuleTemplate},
		},
		"a version that the template has not": {
			version: "9.9.9",
			want: hub.Fault{
				Field: "spec.version", Rule: hub.RuleVersion,
				Message: "template " + f.template + " has no version 9.9.9; it has 1.0.0, 1.1.0, 1.2.0, 2.0.0",
			},
		},
		"a version that is not for the cluster": {
			version: "2.0.0",
			want: hub.Fault{
				Field: "spec.version", Message: "version 2.0.0 needs Kubernetes >=1.40.0-0; the cluster runs v1.33.1", Rule: hub.RuleGate,
			},
		},
		"params that break the schema": {
			version: "1.0.0", params: `{"replicas": 0}`,
			want: hub.Fault{Field: "spec.params.replicas", Message: "must be at least 1, not 0", Rule: hub.RuleParams},
		},
		"a secret that breaks the schema, which is not quoted": {
			version: "1.0.0", params: `{"token": "abc"}`,
			want: hub.Fault{Field: "spec.params.token", Message: "must be at least 4 characters long", Rule: hub.RuleParams},
		},
		"params that are reserved": {
			version: "1.0.0", params: `{"kubeConfig": {}}`, want: hub.Fault{
				Field: "spec.params.kubeConfig", Rule: hub.RuleParams,
				Message: "is reserved and cannot be set: the cluster is the one that spec.clusterName names; remove it",
			},
		},
		"params that cannot be kept": {
			version: "1.0.0", params: `{"free": 9223372036854775809}`,
			want: hub.Fault{Field: "spec.params.free", Message: "is a number that cannot be kept exactly; send it as a string", Rule: hub.RuleParams},
		},
	} {
		t.Run(name, func(t *testing.T) {
			wish := f.wish("goods", test.params)
			wish.Version = test.version
			if test.template != "" {
				wish.Template = test.template
			}
			_, err := r.InstallAddon(t.Context(), f.caller, wish)
			reason(t, err, hub.Invalid)
			if diff := cmp.Diff([]hub.Fault{test.want}, faults(t, err)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
	if writes := r.writes.Log(); len(writes) > 0 {
		t.Errorf("wrote %v", writes)
	}
	wish := f.wish("goods", "")
	wish.Cluster.Name = "nowhere"
	_, err := r.InstallAddon(t.Context(), f.caller, wish)
	reason(t, err, hub.NotFound)
}

func TestWithoutAVersionTheNewestStableOneIsTaken(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	must(t, f.client.Create(t.Context(), fixture.Cluster(f.namespace, "newer", running("v1.40.2"))))
	must(t, f.client.Create(t.Context(), fixture.Cluster(f.namespace, "silent")))
	for cluster, want := range map[string]string{"sample": "1.1.0", "newer": "2.0.0", "silent": "2.0.0"} {
		on := hub.Ref{Kind: fleetv1.KindCluster, Name: cluster}
		f.eventually("the index knows the cluster", func() bool {
			_, err := r.Get(t.Context(), f.namespace, on)
			return err == nil
		})
		addon, err := r.InstallAddon(t.Context(), f.caller, hub.NewAddon{Cluster: on, Template: f.template, Instance: "goods-" + cluster})
		must(t, err)
		if addon.Object.Spec.Version != want {
			t.Errorf("on %s it is %s, want %s", cluster, addon.Object.Spec.Version, want)
		}
	}
}

// The catalogue entry and its cluster were made a moment ago, and a replica has not heard of the entry.
func TestACatalogueEntryIsFoundBeforeTheWatchTells(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	other := fixture.AddonTemplate(f.template + "-2")
	must(t, f.client.Create(t.Context(), other))
	wish := f.wish("goods", "")
	wish.Template = other.Name
	_, err := r.InstallAddon(t.Context(), f.caller, wish)
	must(t, err)
}

func TestAnInstanceIsOnAClusterOnce(t *testing.T) {
	f := open(t, 2)
	f.install(f.replicas[0], "goods", "")
	for _, r := range f.replicas {
		_, err := r.InstallAddon(t.Context(), f.caller, f.wish("goods", ""))
		reason(t, err, hub.AlreadyExists)
	}
	// One that was made with kubectl and has no label goes by its own name.
	must(t, f.client.Create(t.Context(), fixture.Addon(f.namespace, "plain", "sample", f.template)))
	_, err := f.replicas[0].InstallAddon(t.Context(), f.caller, f.wish("plain", ""))
	reason(t, err, hub.AlreadyExists)
}

func TestInstancesOfTwoClustersCanHaveOneName(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	must(t, f.client.Create(t.Context(), fixture.Cluster(f.namespace, "other")))
	other := hub.Ref{Kind: fleetv1.KindCluster, Name: "other"}
	f.eventually("the index knows the cluster", func() bool {
		_, err := r.Get(t.Context(), f.namespace, other)
		return err == nil
	})
	long := strings.Repeat("a", 43) + "-" + strings.Repeat("b", 9)
	for instance, want := range map[string]string{"goods": "goods-", long: strings.Repeat("a", 43) + "-"} {
		first := f.install(r, instance, "")
		wish := f.wish(instance, "")
		wish.Cluster = other
		second, err := r.InstallAddon(t.Context(), f.caller, wish)
		must(t, err)
		if first.Object.Name != instance || second.Instance != instance || len(second.Object.Name) != len(want)+8 ||
			!strings.HasPrefix(second.Object.Name, want) {
			t.Errorf("the objects are %s and %s", first.Object.Name, second.Object.Name)
		}
		_, err = r.InstallAddon(t.Context(), f.caller, wish)
		reason(t, err, hub.AlreadyExists)
	}
}

// Two replicas whose watches lag are asked for the same at the same time.
func TestOfTwoReplicasOneInstalls(t *testing.T) {
	f := open(t, 0)
	f.lag = 40 * time.Millisecond
	for range 2 {
		r := f.replica()
		f.known(r)
		f.replicas = append(f.replicas, r)
	}
	for round := range 20 {
		instance := fmt.Sprint("goods-", round)
		errs := make([]error, 2)
		var running sync.WaitGroup
		for i, r := range f.replicas {
			running.Go(func() { _, errs[i] = r.InstallAddon(t.Context(), f.caller, f.wish(instance, `{"token": "geheim"}`)) })
		}
		running.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("the replicas say %v and %v", errs[0], errs[1])
		}
		reason(t, errors.Join(errs...), hub.AlreadyExists)
	}
	if left := f.stored(); len(left) != 20 {
		t.Errorf("%d add-ons are left", len(left))
	}
	f.secretsAre(20)
}

// While one replica installs under the second name, because another cluster's add-on has the plain one, that goes, and another
// replica installs under the plain name. They do not see each other's names.
func TestTheSecondNameDoesNotLeadToASecondInstance(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	squatter := fixture.Addon(f.namespace, "goods", "other", f.template)
	must(t, f.client.Create(t.Context(), squatter))
	late := f.through(r, func(object client.Object) error {
		if strings.HasPrefix(object.GetName(), "goods-") && squatter != nil {
			must(t, f.client.Delete(t.Context(), squatter))
			squatter = nil
			f.install(r, "goods", "")
		}
		return nil
	})
	_, err := late.InstallAddon(t.Context(), f.caller, f.wish("goods", ""))
	reason(t, err, hub.AlreadyExists)
	alive := 0
	for _, addon := range f.stored() {
		if addon.DeletionTimestamp == nil {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d add-ons are left", alive)
	}
}

func TestNothingIsInstalledOnAClusterThatIsBeingDeleted(t *testing.T) {
	f := open(t, 1)
	r := f.replicas[0]
	for name, params := range map[string]string{"with": `{"token": "geheim"}`, "without": ""} {
		on := fixture.Cluster(f.namespace, name, fixture.KeptBy[*fleetv1.Cluster]("example.com/kept"))
		must(t, f.client.Create(t.Context(), on))
		wish := f.wish("goods-"+name, params)
		wish.Cluster.Name = name
		f.eventually("the index knows the cluster", func() bool {
			_, err := r.Get(t.Context(), f.namespace, wish.Cluster)
			return err == nil
		})
		late := f.through(r, func(object client.Object) error {
			if _, isAddon := object.(*fleetv1.Addon); isAddon && on != nil {
				must(t, f.client.Delete(t.Context(), on))
				on = nil
			}
			return nil
		})
		_, err := late.InstallAddon(t.Context(), f.caller, wish)
		reason(t, err, hub.WrongState)
		f.eventually("the index knows of the deletion", func() bool {
			record, err := r.Get(t.Context(), f.namespace, wish.Cluster)
			return err == nil && record.Object.DeletionTimestamp != nil
		})
		_, err = r.InstallAddon(t.Context(), f.caller, wish)
		reason(t, err, hub.WrongState)
	}
	for _, addon := range f.stored() {
		if addon.DeletionTimestamp == nil {
			t.Errorf("%s is left", addon.Name)
		}
	}
	f.secretsAre(0)
}

// What admission refuses although it passed here is the caller's to know.
func TestARefusalOfTheWebhookNamesTheFields(t *testing.T) {
	f := open(t, 1)
	status := metav1.Status{
		Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonInvalid,
		Message: `admission webhook "addon.fleet.slipway.dev" denied the request: Addon "goods" is invalid: spec.version: no`,
		Details: &metav1.StatusDetails{Kind: "Addon", Causes: []metav1.StatusCause{{Field: "spec.version", Message: "no"}}},
	}
	refusing := f.through(f.replicas[0], func(object client.Object) error {
		if _, isSecret := object.(*corev1.Secret); isSecret {
			return nil
		}
		return &apierrors.StatusError{ErrStatus: status}
	})
	_, err := refusing.InstallAddon(t.Context(), f.caller, f.wish("goods", `{"token": "geheim"}`))
	reason(t, err, hub.Invalid)
	if diff := cmp.Diff([]hub.Fault{{Field: "spec.version", Message: "no", Rule: hub.RuleVersion}}, faults(t, err)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	f.secretsAre(0)
}
