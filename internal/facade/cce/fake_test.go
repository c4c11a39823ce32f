package cce

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	kjson "sigs.k8s.io/json"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/phase"
)

const tenant = "team"

// Objects of the tests.
const (
	clusterID  = types.UID("7fd16832-e9c1-11ea-a67b-0255ac10043d")
	otherID    = types.UID("0c0e4a63-5539-11e9-95f7-0255ac10177e")
	addonID    = types.UID("24b23108-55c0-11e9-926f-0255ac101a31")
	unknownID  = "11111111-1111-1111-1111-111111111111"
	templateID = types.UID("33333333-3333-3333-3333-333333333333")
)

// Times of the tests.
var (
	listed = metav1.Date(2018, 10, 23, 13, 14, 55, 0, time.UTC)
	born   = metav1.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// fakeHub is a hub that keeps what it is told in memory, as the kube-apiserver would give it back.
type fakeHub struct {
	clusters  []*hub.Record
	catalogue []*fleetv1.AddonTemplate
	addons    []*hub.Addon
	offered   []string
	// fail is what every call but Get answers, if set.
	fail error
	// made, changed, and ref are what was asked for last.
	made    hub.NewAddon
	changed hub.AddonChange
	ref     hub.Ref
	writes  int
}

func newFakeHub() *fakeHub {
	h := &fakeHub{
		clusters:  []*hub.Record{newCluster(clusterID, "prod"), newCluster(otherID, "edge")},
		catalogue: []*fleetv1.AddonTemplate{newTemplate()}, offered: []string{"v1.33.1", "v1.29.4", "v1.29.9"},
	}
	h.addons = []*hub.Addon{h.addonOf(newAddon())}
	return h
}

func newCluster(id types.UID, name string) *hub.Record {
	cluster := &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: tenant, UID: id}}
	cluster.Status.KubernetesVersion = "v1.33.1"
	return &hub.Record{Kind: fleetv1.KindCluster, ID: id, Name: name, Object: &cluster.ObjectMeta, Cluster: cluster}
}

// newTemplate is a template like that of the published examples.
func newTemplate() *fleetv1.AddonTemplate {
	schema := raw(`{"type":"object","properties":{"rbac_enabled":{"type":"boolean"},"swr_addr":{"type":"string"},
		"swr_user":{"type":"string"},"replicas":{"type":"integer","minimum":1},"flavor":{"type":"object"},
		"auth":{"type":"object","properties":{"user":{"type":"string"},"password":{"type":"string","writeOnly":true}}},
		"token":{"type":"string","writeOnly":true}}}`)
	return &fleetv1.AddonTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "npd", UID: templateID, CreationTimestamp: listed},
		Spec: fleetv1.AddonTemplateSpec{DisplayName: "Node Problem Detector", Description: "Finds ill nodes.", Type: "helm",
			Labels: []string{"Monitoring"}, LogoURL: "https://logo.example/npd.png", ReadmeURL: "https://readme.example/npd",
			Versions: []fleetv1.AddonVersion{
				{Version: "1.13.5", Stable: true, ParamsSchema: schema},
				{Version: "1.14.0", Stable: true, ParamsSchema: schema, Defaults: raw(`{"replicas":1,"token":"s3cret"}`),
					KubernetesVersions: ">=1.30.0", Translate: raw(`{"en_US":{"addon":{"description":"d"}}}`)},
				{Version: "2.0.0-rc.1", ParamsSchema: schema, ClusterVersions: []string{`v1\.34\..*`}},
			}},
	}
}

// newAddon is an add-on that runs.
func newAddon() *fleetv1.Addon {
	return &fleetv1.Addon{
		ObjectMeta: metav1.ObjectMeta{Name: "npd", Namespace: tenant, UID: addonID, CreationTimestamp: born, Generation: 1},
		Spec: fleetv1.AddonSpec{ClusterName: "prod", TemplateName: "npd", Version: "1.13.5",
			Params: raw(`{"rbac_enabled":true,"swr_addr":"100.125.6.246:20202"}`)},
		Status: fleetv1.AddonStatus{CurrentVersion: "1.13.5", Conditions: []metav1.Condition{
			{Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonDeployed, Message: "deployed",
				ObservedGeneration: 1, LastTransitionTime: metav1.NewTime(born.Add(time.Minute))},
		}},
	}
}

func raw(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }

// addonOf is what the hub tells of an add-on that runs.
func (h *fakeHub) addonOf(object *fleetv1.Addon) *hub.Addon {
	told := &hub.Addon{
		ID: object.UID, Instance: object.InstanceName(), Object: object, Phase: phase.Running, Undeleted: phase.Running, Targets: []string{"1.14.0"},
	}
	for _, cluster := range h.clusters {
		if cluster.Name == object.Spec.ClusterName {
			told.Cluster = cluster
		}
	}
	for _, template := range h.catalogue {
		if template.Name == object.Spec.TemplateName {
			told.Template = template
		}
	}
	return told
}

func notFound() error { return &hub.Error{Reason: hub.NotFound, Message: "There is no such object"} }

func (h *fakeHub) Get(_ context.Context, namespace string, ref hub.Ref) (*hub.Record, error) {
	for _, cluster := range h.clusters {
		if namespace == tenant && (ref.ID != "" && ref.ID == cluster.ID || ref.ID == "" && ref.Name == cluster.Name) {
			return cluster, nil
		}
	}
	return nil, notFound()
}

func (h *fakeHub) Addon(ctx context.Context, namespace string, ref hub.Ref) (*hub.Addon, error) {
	h.ref = ref
	if h.fail != nil {
		return nil, h.fail
	}
	for _, addon := range h.addons {
		switch {
		case namespace != tenant, ref.ID != "" && ref.ID != addon.ID:
		case ref.ID == "" && (ref.Cluster == nil || ref.Name != addon.Instance):
		case ref.Cluster != nil:
			if cluster, err := h.Get(ctx, namespace, *ref.Cluster); err == nil && cluster.ID == addon.Cluster.ID {
				return addon, nil
			}
		default:
			return addon, nil
		}
	}
	return nil, notFound()
}

func (h *fakeHub) Addons(ctx context.Context, namespace string, cluster hub.Ref) ([]*hub.Addon, error) {
	on, err := h.Get(ctx, namespace, cluster)
	if err != nil {
		return nil, err
	}
	var list []*hub.Addon
	for _, addon := range h.addons {
		if addon.Cluster.ID == on.ID {
			list = append(list, addon)
		}
	}
	return list, h.fail
}

func (h *fakeHub) Template(_ context.Context, name string) (*fleetv1.AddonTemplate, error) {
	for _, template := range h.catalogue {
		if template.Name == name {
			return template, h.fail
		}
	}
	return nil, notFound()
}

func (h *fakeHub) Templates(context.Context) ([]*fleetv1.AddonTemplate, error) {
	return h.catalogue, h.fail
}

func (h *fakeHub) KubernetesVersions(context.Context, string) ([]string, error) {
	return h.offered, h.fail
}

func (h *fakeHub) InstallAddon(_ context.Context, caller hub.Caller, wish hub.NewAddon) (*hub.Addon, error) {
	h.writes++
	h.made = wish
	if h.fail != nil {
		return nil, h.fail
	}
	object := &fleetv1.Addon{
		ObjectMeta: metav1.ObjectMeta{Name: wish.Instance, Namespace: caller.Namespace, UID: addonID, CreationTimestamp: born, Generation: 1},
		Spec:       fleetv1.AddonSpec{ClusterName: "prod", TemplateName: wish.Template, Version: wish.Version, Extensions: wish.Extensions},
	}
	return h.store(object, wish.Params), nil
}

func (h *fakeHub) ChangeAddon(ctx context.Context, caller hub.Caller, ref hub.Ref, change hub.AddonChange) (*hub.Addon, error) {
	h.writes++
	h.changed = change
	present, err := h.Addon(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	object := present.Object.DeepCopy()
	object.Generation++
	object.Spec.Version, object.Spec.Extensions = change.Version, change.Extensions
	told := h.store(object, change.Params)
	told.Phase, told.Undeleted = phase.Upgrading, phase.Upgrading
	return told, nil
}

func (h *fakeHub) RollbackAddon(ctx context.Context, caller hub.Caller, ref hub.Ref) (*hub.Addon, error) {
	h.writes++
	return h.Addon(ctx, caller.Namespace, ref)
}

func (h *fakeHub) DeleteAddon(ctx context.Context, caller hub.Caller, ref hub.Ref) (*hub.Addon, error) {
	h.writes++
	addon, err := h.Addon(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	addon.Phase = phase.Deleting
	return addon, nil
}

// store keeps an add-on without its secret params, in the form in which the kube-apiserver gives it back.
func (h *fakeHub) store(object *fleetv1.Addon, given []byte) *hub.Addon {
	told := h.addonOf(object)
	document, _ := params.DecodeObject(given, "")
	schema, err := params.CompileSchema(rawOf(told.Template.Version(object.Spec.Version).ParamsSchema))
	if err != nil {
		panic(err)
	}
	visible, err := json.Marshal(schema.WithoutSecrets(document))
	if err != nil {
		panic(err)
	}
	object.Spec.Params = &runtime.RawExtension{Raw: visible}
	told.Object = restored(object)
	told.Phase, told.Undeleted = phase.Installing, phase.Installing
	h.addons = []*hub.Addon{told}
	return told
}

// restored is an object after the kube-apiserver stored it.
func restored(object *fleetv1.Addon) *fleetv1.Addon {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	var content any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &content); err != nil {
		panic(err)
	}
	if text, err = json.Marshal(content); err != nil {
		panic(err)
	}
	made := &fleetv1.Addon{}
	if err := json.Unmarshal(text, made); err != nil {
		panic(err)
	}
	return made
}

// ask is what a test asks.
type ask struct {
	method, path, body string
	// agent is the User-Agent, host the Host.
	agent, host string
	// may is what the server says about further rights; nil allows all.
	may func(right facade.Right) error
	// as is the caller's namespace; empty for the tenant's.
	as string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// do sends a request to the dialect on a hub, without the server's own filters.
func (a ask) do(t testing.TB, h hub.AddonHub) answer {
	t.Helper()
	d, err := New(h)
	if err != nil {
		t.Fatal(err)
	}
	f, err := facade.New(clocktesting.NewFakePassiveClock(born.Time), d)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), a.method, base+a.path, strings.NewReader(a.body))
	if a.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("User-Agent", a.agent)
	if a.host != "" {
		r.Host = a.host
	}
	w := httptest.NewRecorder()
	f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		call.Caller = hub.Caller{Namespace: tenant, User: "user"}
		if a.as != "" {
			call.Caller.Namespace = a.as
		}
		if a.may != nil {
			call.May = func(_ context.Context, right facade.Right) error { return a.may(right) }
		}
		f.Serve(w, r)
	})).ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	got := answer{status: w.Code, header: w.Header(), text: string(text)}
	if err := json.Unmarshal(text, &got.body); err != nil && a.method != http.MethodHead {
		t.Fatalf("%s %s answers %d with what is no JSON object: %s", a.method, a.path, w.Code, text)
	}
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("X-Request-Id") == "" {
		t.Errorf("%s %s answers with the headers %v", a.method, a.path, got.header)
	}
	return got
}

// at returns the value at a path of members, nil if there is none.
func (a answer) at(path string) any {
	var value any = a.body
	for name := range strings.SplitSeq(path, "/") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// goneHub is a hub whose add-ons go as soon as somebody writes to them.
type goneHub struct{ *fakeHub }

func (goneHub) ChangeAddon(context.Context, hub.Caller, hub.Ref, hub.AddonChange) (*hub.Addon, error) {
	return nil, notFound()
}

func (goneHub) RollbackAddon(context.Context, hub.Caller, hub.Ref) (*hub.Addon, error) {
	return nil, notFound()
}

func (goneHub) DeleteAddon(context.Context, hub.Caller, hub.Ref) (*hub.Addon, error) {
	return nil, notFound()
}
