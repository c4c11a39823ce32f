package iaas

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

const (
	tenant    = "team"
	clusterID = types.UID("3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3")
	addonID   = types.UID("7b0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3")
	// stamp is when the add-on of the tests was created.
	stamp = "2026-02-11T14:30:00Z"
)

// born is stamp as a time.
var born = metav1.Date(2026, 2, 11, 14, 30, 0, 0, time.UTC)

// fakeHub is a hub that knows one cluster and the catalogue of the published reference.
type fakeHub struct {
	hub.AddonHub
	cluster   *hub.Record
	addons    []*hub.Addon
	templates []*fleetv1.AddonTemplate
	// fail is what every call but Get answers, if set, and failGet what Get does.
	fail, failGet error
	// taken is how many names are taken yet.
	taken int
	// wishes and deleted are what was asked for.
	wishes  []hub.NewAddon
	deleted []hub.Ref
}

var notFound = &hub.Error{Reason: hub.NotFound, Message: "team/secret-name does not exist"}

func (h *fakeHub) Get(_ context.Context, namespace string, ref hub.Ref) (*hub.Record, error) {
	switch {
	case h.failGet != nil:
		return nil, h.failGet
	case namespace != tenant || ref.ID != h.cluster.ID && ref.Name != h.cluster.Name:
		return nil, notFound
	default:
		return h.cluster, nil
	}
}

func (h *fakeHub) Addons(ctx context.Context, namespace string, cluster hub.Ref) ([]*hub.Addon, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	_, err := h.Get(ctx, namespace, cluster)
	return h.addons, err
}

func (h *fakeHub) Addon(ctx context.Context, namespace string, ref hub.Ref) (*hub.Addon, error) {
	if h.fail != nil {
		return nil, h.fail
	}
	if _, err := h.Get(ctx, namespace, *ref.Cluster); err != nil {
		return nil, err
	}
	for _, addon := range h.addons {
		if ref.Kind == fleetv1.KindAddon && (ref.ID == addon.ID || ref.Name == addon.Instance) {
			return addon, nil
		}
	}
	return nil, notFound
}

func (h *fakeHub) Templates(context.Context) ([]*fleetv1.AddonTemplate, error) {
	return h.templates, h.fail
}

func (h *fakeHub) Template(_ context.Context, name string) (*fleetv1.AddonTemplate, error) {
	for _, template := range h.templates {
		if template.Name == name {
			return template, nil
		}
	}
	return nil, notFound
}

func (h *fakeHub) InstallAddon(_ context.Context, _ hub.Caller, wish hub.NewAddon) (*hub.Addon, error) {
	h.wishes = append(h.wishes, wish)
	switch {
	case h.fail != nil:
		return nil, h.fail
	case len(h.wishes) <= h.taken:
		return nil, &hub.Error{Reason: hub.AlreadyExists}
	}
	made := newAddon(wish.Instance)
	made.Object.Spec.TemplateName, made.Object.Spec.Version = wish.Template, wish.Version
	made.Phase = phase.Installing
	return made, nil
}

func (h *fakeHub) DeleteAddon(ctx context.Context, caller hub.Caller, ref hub.Ref) (*hub.Addon, error) {
	h.deleted = append(h.deleted, ref)
	return h.Addon(ctx, caller.Namespace, ref)
}

// newAddon is an add-on as it is right after it was deployed.
func newAddon(instance string) *hub.Addon {
	return &hub.Addon{ID: addonID, Instance: instance, Phase: phase.Running, Undeleted: phase.Running, Object: &fleetv1.Addon{
		ObjectMeta: metav1.ObjectMeta{Name: instance, Namespace: tenant, UID: addonID, CreationTimestamp: born},
		Spec:       fleetv1.AddonSpec{ClusterName: "abc-123", TemplateName: "jupyterhub", Version: "3.3.8"},
	}}
}

// condition sets a condition of an add-on.
func (h *fakeHub) condition(conditionType, reason, message string, after time.Duration) {
	apimeta.SetStatusCondition(h.addons[0].Object.GetConditions(), metav1.Condition{
		Type: conditionType, Status: metav1.ConditionTrue, Reason: reason, Message: message,
		LastTransitionTime: metav1.NewTime(born.Add(after)),
	})
}

// jupyterhub is that of the published reference, and what it does not show: versions that are not for the catalogue.
func jupyterhub() *fleetv1.AddonTemplate {
	schema := `{"type":"object","additionalProperties":false,"properties":{
		"cpu_limit":{"type":"number","minimum":0.1,"description":"CPU limit per notebook session"},
		"memory_limit":{"type":"string","pattern":"^[0-9]+(Mi|Gi)$","description":"Memory limit per notebook session (for example, 4Gi)"}}}`
	return &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: "jupyterhub"}, Spec: fleetv1.AddonTemplateSpec{
		DisplayName: "JupyterHub", Description: "Notebook environment for data science",
		Versions: []fleetv1.AddonVersion{
			{Version: "3.3.9"},
			{Version: "3.3.8", Stable: true, KubernetesVersions: ">=1.25.0", ParamsSchema: &runtime.RawExtension{Raw: []byte(schema)}},
			{Version: "3.3.7", Stable: true},
		},
	}}
}

func kuberay() *fleetv1.AddonTemplate {
	return &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: "kuberay"}, Spec: fleetv1.AddonTemplateSpec{
		DisplayName: "KubeRay Operator", Description: "Ray operator for distributed ML workloads",
		Versions: []fleetv1.AddonVersion{{Version: "1.1.0", Stable: true}},
	}}
}

// newFakeHub is a hub with a ready cluster that has one add-on.
func newFakeHub() *fakeHub {
	meta := metav1.ObjectMeta{Name: "abc-123", Namespace: tenant, UID: clusterID}
	cluster := &fleetv1.Cluster{ObjectMeta: meta, Status: fleetv1.ClusterStatus{
		KubernetesVersion: "v1.31.2",
		Conditions: []metav1.Condition{{
			Type: fleetv1.ConditionProvisioned, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonProvisioned,
		}},
	}}
	return &fakeHub{
		cluster:   &hub.Record{Kind: fleetv1.KindCluster, ID: clusterID, Name: meta.Name, Object: &cluster.ObjectMeta, Cluster: cluster},
		addons:    []*hub.Addon{newAddon("jupyterhub-x7k2")},
		templates: []*fleetv1.AddonTemplate{kuberay(), jupyterhub()},
	}
}

// newDialect is the dialect on a hub. Its names end in abcd, efgh and so on.
func newDialect(t testing.TB, h hub.AddonHub) *Dialect {
	t.Helper()
	ends := make([]byte, 256)
	for i := range ends {
		ends[i] = byte(i)
	}
	made, err := New(h, bytes.NewReader(ends))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// server is the facade with the dialect on a fake hub, without the server's own filters: everybody is the caller.
func server(t testing.TB, h *fakeHub) http.Handler {
	t.Helper()
	f := newFacade(t, newDialect(t, h))
	return f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		call.Caller = hub.Caller{Namespace: tenant, User: "user"}
		if project := r.Header.Get("X-Project-Id"); project != "" {
			call.Caller.Namespace = project
		}
		f.Serve(w, r)
	}))
}

// refusing is the facade with the dialect, which refuses every request.
func refusing(t testing.TB, refusal facade.Refusal) http.Handler {
	t.Helper()
	dialect := newDialect(t, newFakeHub())
	f := newFacade(t, dialect)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { dialect.Refuse(w, r, refusal) })
		f.Wrap(inner).ServeHTTP(httptest.NewRecorder(), r)
	})
}

func newFacade(t testing.TB, dialect facade.Dialect) *facade.Facade {
	t.Helper()
	f, err := facade.New(expect.Clock(), dialect)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ask sends a request: method, path below the base, body, and headers as pairs.
func ask(t testing.TB, handler http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api"+path, io.NopCloser(strings.NewReader(body)))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

const addonsOfCluster = "/clusters/abc-123/addons"

// answered fails unless an answer is as wished.
func answered(t testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("answered %d %s\nwant     %d %s", w.Code, w.Body, status, body)
	}
	if media := w.Header().Get("Content-Type"); body != "" && media != "application/json" {
		t.Errorf("the media type is %q", media)
	}
}
