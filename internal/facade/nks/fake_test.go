package nks

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

const (
	tenant    = "team"
	clusterID = types.UID("5801ef8a-3760-4858-b467-fc4c1201241d")
	workerID  = types.UID("a3366f2f-5b7d-4e21-9a64-0c8d2f71b5e3")
	eventUUID = "7b0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3"
	// nobodyID is the id of nothing.
	nobodyID = "00000000-0000-4000-8000-000000000000"
	// asked is the id of the requests of the tests.
	asked = "0f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3"
)

// born is when the objects of the tests were created.
var born = metav1.Date(2021, 8, 5, 1, 48, 39, 0, time.UTC)

// fakeHub is a hub that knows the clusters of one tenant.
type fakeHub struct {
	hub.FleetHub
	fleets     []*hub.Fleet
	operations []*fleetv1.Operation
	platform   *fleetv1.Platform
	// fail is what every write answers, and all that read Secrets, if set; failRead is what reads answer.
	fail, failRead error
	// kept are Secrets of the hub's, by name.
	kept map[string]map[string][]byte
	// provisioned, added, removed and tasks are what was asked for.
	provisioned []hub.NewFleet
	added       []hub.NewPool
	removed     []hub.Ref
	tasks       []hub.Task
}

var notFound = &hub.Error{Reason: hub.NotFound, Message: "team/secret-name does not exist"}

func (h *fakeHub) Fleet(_ context.Context, namespace string, ref hub.Ref) (*hub.Fleet, error) {
	if h.failRead != nil {
		return nil, h.failRead
	}
	for _, fleet := range h.fleets {
		if namespace == tenant && (ref.ID == fleet.Cluster.ID || ref.ID == "" && ref.Name == fleet.Cluster.Name) {
			return fleet, nil
		}
	}
	return nil, notFound
}

func (h *fakeHub) Fleets(_ context.Context, namespace string) ([]*hub.Fleet, error) {
	if namespace != tenant {
		return nil, h.failRead
	}
	return h.fleets, h.failRead
}

func (h *fakeHub) Operations(_ context.Context, namespace string, cluster types.UID) ([]*fleetv1.Operation, error) {
	var found []*fleetv1.Operation
	for _, operation := range h.operations {
		if namespace == tenant && operation.Spec.Cluster.ID == string(cluster) {
			found = append(found, operation)
		}
	}
	return found, h.failRead
}

func (h *fakeHub) Platform(context.Context, string) (*fleetv1.Platform, error) {
	return h.platform, h.failRead
}

func (h *fakeHub) Kubeconfig(context.Context, hub.Caller, hub.Ref) ([]byte, error) {
	return []byte("kind: Config # <&>\n"), h.fail
}

func (h *fakeHub) Authority(context.Context, hub.Caller, hub.Ref) ([]byte, error) {
	return []byte("AUTHORITY"), h.fail
}

func (h *fakeHub) Sign(_ context.Context, _ hub.Caller, _ hub.Ref, request *x509.CertificateRequest) ([]byte, error) {
	return []byte("SIGNED " + request.Subject.CommonName), h.fail
}

func (h *fakeHub) Kept(_ context.Context, _ hub.Caller, _ hub.Ref, secret string) (map[string][]byte, error) {
	return h.kept[secret], h.fail
}

func (h *fakeHub) Provision(_ context.Context, _ hub.Caller, wish hub.NewFleet) (*hub.Fleet, error) {
	h.provisioned = append(h.provisioned, wish)
	if h.fail != nil {
		return nil, h.fail
	}
	cluster := fixture.Cluster(tenant, wish.Name, func(c *fleetv1.Cluster) { c.Spec = wish.Spec })
	made := newFleet(cluster, clusterID)
	if wish.Pool != nil {
		made.Pools = append(made.Pools, newGroup(wish.Pool.Name, workerID, wish.Name, wish.Pool.Spec))
	}
	h.fleets = append(h.fleets, made)
	return made, nil
}

func (h *fakeHub) AddNodePool(ctx context.Context, caller hub.Caller, cluster hub.Ref, wish hub.NewPool) (*hub.Fleet, error) {
	h.added = append(h.added, wish)
	if h.fail != nil {
		return nil, h.fail
	}
	fleet, err := h.Fleet(ctx, caller.Namespace, cluster)
	if err == nil {
		fleet.Pools = append(fleet.Pools, newGroup(wish.Name, "b3366f2f-5b7d-4e21-9a64-0c8d2f71b5e3", fleet.Cluster.Name, wish.Spec))
	}
	return fleet, err
}

func (h *fakeHub) Remove(_ context.Context, _ hub.Caller, ref hub.Ref, _ time.Duration) error {
	h.removed = append(h.removed, ref)
	return h.fail
}

func (h *fakeHub) Perform(ctx context.Context, caller hub.Caller, cluster hub.Ref, task hub.Task) (*hub.Fleet, error) {
	h.tasks = append(h.tasks, task)
	if h.fail != nil {
		return nil, h.fail
	}
	fleet, err := h.Fleet(ctx, caller.Namespace, cluster)
	if err != nil {
		return nil, err
	}
	draft := &hub.Draft{Cluster: fleet.Cluster.Cluster.DeepCopy(), Platform: fleet.Platform}
	for _, pool := range fleet.Pools {
		draft.Pools = append(draft.Pools, pool.NodePool.DeepCopy())
	}
	if err := task.Plan(ctx, draft); err != nil {
		return nil, err
	}
	made := newFleet(draft.Cluster, fleet.Cluster.ID)
	for _, pool := range draft.Pools {
		made.Pools = append(made.Pools, newRecord(pool))
	}
	h.fleets = slices.DeleteFunc(h.fleets, func(f *hub.Fleet) bool { return f == fleet })
	h.fleets = append(h.fleets, made)
	return made, nil
}

// newFleet is a cluster as it is known to the hub, without node groups.
func newFleet(cluster *fleetv1.Cluster, id types.UID) *hub.Fleet {
	cluster.UID, cluster.CreationTimestamp = id, born
	cluster.Labels = map[string]string{fleetv1.LabelID: string(id)}
	cluster.Generation = max(cluster.Generation, 1)
	return &hub.Fleet{Cluster: &hub.Record{
		Kind: fleetv1.KindCluster, ID: id, Name: cluster.Name, Object: &cluster.ObjectMeta, Cluster: cluster,
	}}
}

// newGroup is a node group as it is known to the hub.
func newGroup(name string, id types.UID, cluster string, spec fleetv1.NodePoolSpec) *hub.Record {
	spec.ClusterName, spec.PoolName = cluster, name
	pool := fixture.NodePool(tenant, cluster+"-"+name, cluster)
	pool.Spec, pool.UID, pool.CreationTimestamp, pool.Generation = spec, id, born, 1
	pool.Labels = map[string]string{fleetv1.LabelID: string(id)}
	return newRecord(pool)
}

func newRecord(pool *fleetv1.NodePool) *hub.Record {
	return &hub.Record{
		Kind: fleetv1.KindNodePool, ID: types.UID(pool.Labels[fleetv1.LabelID]), Name: pool.Pool(), Object: &pool.ObjectMeta, NodePool: pool,
	}
}

// newFakeHub is a hub with one cluster, which has one node group of three nodes.
func newFakeHub() *fakeHub {
	fleet := newFleet(fixture.Cluster(tenant, "test-k8s", func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.27.3" }), clusterID)
	fleet.Pools = append(fleet.Pools, newGroup(fleetv1.DefaultWorkerPool, workerID, "test-k8s", fleetv1.NodePoolSpec{
		Role: "worker", Replicas: new(int32(3)), KubernetesVersion: "v1.27.3",
		Machine: &fleetv1.Machine{Flavor: "m2.c1m2", Image: "ubuntu", KeyName: "testkey", Zone: "kr2-pub-b"},
	}))
	return &fakeHub{fleets: []*hub.Fleet{fleet}}
}

// rights are what a caller of the tests may not do, as "verb resource[/subresource]".
type rights []string

// newServer is the facade with the dialect on a hub, without the server's own filters: everybody may do all but what is denied.
func newServer(t testing.TB, h hub.FleetHub, options Options, denied ...string) http.Handler {
	t.Helper()
	f, _ := newFacade(t, h, options)
	return f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		call.Caller = hub.Caller{Namespace: tenant, User: "user"}
		if project := r.Header.Get(facade.HeaderProject); project != "" {
			call.Caller.Namespace = project
		}
		call.May = rights(denied).may
		f.Serve(w, r)
	}))
}

func (denied rights) may(_ context.Context, right facade.Right) error {
	wanted := right.Verb + " " + right.Resource
	if right.Subresource != "" {
		wanted += "/" + right.Subresource
	}
	if slices.Contains(denied, wanted) || slices.Contains(denied, wanted+" "+right.Name) {
		return &facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight}
	}
	return nil
}

// newFacade is the facade with the dialect on a hub.
func newFacade(t testing.TB, h hub.FleetHub, options Options) (*facade.Facade, *Dialect) {
	t.Helper()
	clock := clocktesting.NewFakePassiveClock(born.Time)
	dialect, err := New(h, clock, options)
	if err != nil {
		t.Fatal(err)
	}
	f, err := facade.New(clock, dialect)
	if err != nil {
		t.Fatal(err)
	}
	return f, dialect
}

// refusing is the facade with the dialect, which refuses every request.
func refusing(t testing.TB, options Options, refusal facade.Refusal) http.Handler {
	t.Helper()
	f, dialect := newFacade(t, newFakeHub(), options)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { dialect.Refuse(w, r, refusal) })
		f.Wrap(inner).ServeHTTP(httptest.NewRecorder(), r)
	})
}

// ask sends a request: method and path, body, and headers as pairs.
func ask(t testing.TB, handler http.Handler, line, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, path, io.NopCloser(strings.NewReader(body)))
	r.Host = "nks.example.com"
	r.Header.Set(facade.HeaderRequestID, asked)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// answered fails unless an answer is as wished.
func answered(t testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("answered %d, want %d", w.Code, status)
	}
	if diff := cmp.Diff(body, w.Body.String()); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if media := w.Header().Get("Content-Type"); body != "" && media != "application/json" {
		t.Errorf("the media type is %q", media)
	}
}

// failedWith is the body of an error with one entry.
func failedWith(status, detail string) string {
	code, title := "client", detail
	if status[0] == '5' {
		code = "server"
	}
	title, _, _ = strings.Cut(title, ".")
	return `{"errors":[{"request_id":"req-` + asked + `","code":"` + code + `","status":` + status + `,"title":"` + title + `","detail":"` +
		detail + `","links":[]}]}`
}
