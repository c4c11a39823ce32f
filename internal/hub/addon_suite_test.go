package hub_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// shop is a tenant with a catalogue entry and a Cluster "sample" that runs v1.33.1.
type shop struct {
	*tenant
	// template is the name of the entry: 1.0.0, 1.1.0 and 2.0.0, which asks for Kubernetes 1.40, and is stable as all are but 1.2.0.
	template string
	sample   hub.Ref
}

// open serves a shop by so many replicas.
func open(t *testing.T, replicas int) *shop {
	t.Helper()
	f := &shop{tenant: serve(t, replicas), sample: hub.Ref{Kind: fleetv1.KindCluster, Name: "sample"}}
	f.template = f.namespace
	must(t, f.client.Create(t.Context(), fixture.AddonTemplate(f.template, goods)))
	must(t, f.client.Create(t.Context(), fixture.Cluster(f.namespace, "sample", running("v1.33.1"))))
	for _, r := range f.replicas {
		f.known(r)
	}
	return f
}

// goods makes the versions of the entry.
func goods(template *fleetv1.AddonTemplate) {
	version := func(version, gate string, stable bool) fleetv1.AddonVersion {
		return fleetv1.AddonVersion{
			Version: version, Stable: stable, Chart: fleetv1.Chart{Name: "goods"}, KubernetesVersions: gate,
			Defaults: fixture.JSON(`{"size": "small"}`),
			ParamsSchema: fixture.JSON(`{"type": "object", "properties": {
				"size": {"enum": ["small", "large"]}, "replicas": {"type": "integer", "minimum": 1},
				"login": {"type": "object", "properties": {"user": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}},
				"token": {"type": "string", "minLength": 4, "writeOnly": true}}}`),
		}
	}
	template.Spec.Versions = []fleetv1.AddonVersion{
		version("1.0.0", "", true), version("1.1.0", ">=1.30.0-0", true), version("1.2.0", "", false), version("2.0.0", ">=1.40.0-0", true),
	}
}

func running(version string) fixture.Option[*fleetv1.Cluster] {
	return func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = version }
}

// known waits until a replica knows the catalogue entry and the Cluster.
func (f *shop) known(r *replica) {
	f.Helper()
	f.eventually("the index knows the template and the cluster", func() bool {
		_, noTemplate := r.Template(f.Context(), f.template)
		_, noCluster := r.Get(f.Context(), f.namespace, f.sample)
		return noTemplate == nil && noCluster == nil
	})
}

// wish is one for version 1.0.0 on the sample.
func (f *shop) wish(instance, params string) hub.NewAddon {
	wish := hub.NewAddon{Cluster: f.sample, Template: f.template, Version: "1.0.0", Instance: instance}
	if params != "" {
		wish.Params = []byte(params)
	}
	return wish
}

func (f *shop) install(r *replica, instance, params string) *hub.Addon {
	f.Helper()
	addon, err := r.InstallAddon(f.Context(), f.caller, f.wish(instance, params))
	must(f, err)
	return addon
}

func byID(addon *hub.Addon) hub.Ref { return hub.Ref{Kind: fleetv1.KindAddon, ID: addon.ID} }

// instance names an add-on on the sample.
func (f *shop) instance(name string) hub.Ref {
	return hub.Ref{Kind: fleetv1.KindAddon, Name: name, Cluster: &f.sample}
}

// liveAddon returns an add-on as the kube-apiserver holds it.
func (f *shop) liveAddon(addon *hub.Addon) *fleetv1.Addon {
	f.Helper()
	object := &fleetv1.Addon{}
	must(f, f.client.Get(f.Context(), client.ObjectKeyFromObject(addon.Object), object))
	return object
}

// stored returns all Addons of the tenant.
func (f *shop) stored() []fleetv1.Addon {
	f.Helper()
	var list fleetv1.AddonList
	must(f, f.client.List(f.Context(), &list, client.InNamespace(f.namespace)))
	return list.Items
}

// deployed does what the controller does when an add-on is deployed as wished, and waits until the replicas know it.
func (f *shop) deployed(addon *hub.Addon) *fleetv1.Addon {
	f.Helper()
	object := f.liveAddon(addon)
	status, now := &object.Status, metav1.NewTime(clock.RealClock{}.Now())
	if status.CurrentVersion != object.Spec.Version {
		status.PreviousVersion, status.CurrentVersion = status.CurrentVersion, object.Spec.Version
	}
	status.ObservedGeneration = object.Generation
	status.History = append([]fleetv1.AddonHistoryEntry{{
		Version: object.Spec.Version, Generation: object.Generation, Params: object.Spec.Params, ValuesFrom: object.Spec.ValuesFrom, DeployedTime: now,
	}}, status.History...)
	status.Conditions = nil
	for conditionType, reason := range map[string]string{
		fleetv1.ConditionInstalled: fleetv1.ReasonInstalled, fleetv1.ConditionReady: fleetv1.ReasonDeployed,
	} {
		status.Conditions = append(status.Conditions, metav1.Condition{
			Type: conditionType, Status: metav1.ConditionTrue, Reason: reason, ObservedGeneration: object.Generation, LastTransitionTime: now,
		})
	}
	must(f, f.client.Status().Update(f.Context(), object))
	f.seen(object)
	return object
}

// seen waits until the replicas know an add-on as it is.
func (f *shop) seen(object *fleetv1.Addon) {
	f.Helper()
	for _, r := range f.replicas {
		must(f, r.index.Wait(f.Context(), object))
	}
}

// intercepted does something before the first write of a kind that a test waits for.
type intercepted struct {
	client.WithWatch
	before func(object client.Object) error
}

func (i *intercepted) Create(ctx context.Context, object client.Object, options ...client.CreateOption) error {
	if err := i.before(object); err != nil {
		return err
	}
	return i.WithWatch.Create(ctx, object, options...)
}

func (i *intercepted) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.PatchOption) error {
	if err := i.before(object); err != nil {
		return err
	}
	return i.WithWatch.Patch(ctx, object, patch, options...)
}

// through returns a replica whose writes pass by a function first. It shares the index of another one.
func (f *shop) through(r *replica, before func(object client.Object) error) *hub.Store {
	return hub.NewStore(hub.StoreOptions{
		Client: &intercepted{WithWatch: f.client, before: before}, Memory: r.index, Recorder: r.events, Clock: f.clock,
		SystemNamespace: f.namespace, Replica: "intercepted",
	})
}

// secretsAre demands that so many Secrets with params are in the tenant, and returns them.
func (f *shop) secretsAre(want int) []corev1.Secret {
	f.Helper()
	var list corev1.SecretList
	must(f, f.client.List(f.Context(), &list, client.InNamespace(f.namespace), client.MatchingLabels{fleetv1.LabelParams: "true"}))
	if len(list.Items) != want {
		f.Errorf("there are %d Secrets with params, want %d", len(list.Items), want)
	}
	return list.Items
}

// keeps demands what the only Secret that an add-on names holds.
func (f *shop) keeps(addon *hub.Addon, want string) {
	f.Helper()
	var named []fleetv1.ValuesReference
	for _, ref := range f.liveAddon(addon).Spec.ValuesFrom {
		if ref.Key == params.SecretKey {
			named = append(named, ref)
		}
	}
	if want == "" {
		if len(named) > 0 {
			f.Errorf("names %v", named)
		}
		return
	}
	if len(named) != 1 || named[0].Kind != "Secret" || named[0].Holds != fleetv1.ContentParams {
		f.Fatalf("names %v", named)
	}
	secret := &corev1.Secret{}
	must(f, f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: named[0].Name}, secret))
	if got := string(secret.Data[params.SecretKey]); got != want {
		f.Errorf("the Secret holds %s, want %s", got, want)
	}
}
