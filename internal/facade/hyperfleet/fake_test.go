package hyperfleet

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

const tenant = "team"

var caller = hub.Caller{Namespace: tenant, User: "user@example.com", Email: "user@example.com"}

// fakeHub is a hub that knows one cluster and one node pool and answers writes as it is told.
type fakeHub struct {
	hub.Hub
	records []*hub.Record
	// fail is what every write and list answers, if set.
	fail error
	// query, watched, cluster, pool, change, ref, reason, report and key are what was asked for last.
	query    hub.Query
	watched  hub.WatchQuery
	cluster  hub.NewCluster
	pool     hub.NewNodePool
	change   hub.Change
	ref      hub.Ref
	reason   string
	report   *fleetv1.Report
	adapter  string
	key      hub.RequestKey
	stored   *fleetv1.AdapterStatus
	replayed *hub.Answer
	events   []hub.Event
	writes   int
}

var notFound = &hub.Error{Reason: hub.NotFound, Message: "cluster team/secret-name does not exist"}

func (h *fakeHub) Get(_ context.Context, namespace string, ref hub.Ref) (*hub.Record, error) {
	if namespace != tenant {
		return nil, notFound
	}
	for _, record := range h.records {
		if ref.Kind != record.Kind || ref.ID != record.ID && ref.Name != record.Name {
			continue
		}
		if ref.Cluster != nil && ref.Cluster.Name != "my-cluster" && ref.Cluster.ID != record.Owner {
			continue
		}
		return record, nil
	}
	return nil, notFound
}

func (h *fakeHub) List(ctx context.Context, namespace string, query hub.Query) (hub.Page, error) {
	h.query = query
	if h.fail != nil {
		return hub.Page{}, h.fail
	}
	if query.Cluster != nil {
		if _, err := h.Get(ctx, namespace, *query.Cluster); err != nil {
			return hub.Page{}, err
		}
	}
	page := hub.Page{ResourceVersion: "77"}
	for _, record := range h.records {
		if record.Kind == query.Kind {
			page.Items, page.Total = append(page.Items, record), page.Total+1
		}
	}
	return page, nil
}

type fakeStream struct{ events []hub.Event }

func (s *fakeStream) Next(context.Context) (hub.Event, error) {
	if len(s.events) == 0 {
		return hub.Event{}, &hub.Error{Reason: hub.Expired}
	}
	next := s.events[0]
	s.events = s.events[1:]
	return next, nil
}

func (*fakeStream) Close() {}

func (h *fakeHub) Watch(_ context.Context, _ string, query hub.WatchQuery) (hub.Stream, error) {
	h.watched = query
	return &fakeStream{h.events}, h.fail
}

// write finds the object of a write.
func (h *fakeHub) write(ctx context.Context, caller hub.Caller, ref hub.Ref) (*hub.Record, error) {
	h.writes++
	h.ref = ref
	if h.fail != nil {
		return nil, h.fail
	}
	return h.Get(ctx, caller.Namespace, ref)
}

func (h *fakeHub) CreateCluster(ctx context.Context, caller hub.Caller, wish hub.NewCluster) (*hub.Record, error) {
	h.cluster = wish
	return h.write(ctx, caller, hub.Ref{Kind: fleetv1.KindCluster, Name: wish.Name})
}

func (h *fakeHub) CreateNodePool(ctx context.Context, caller hub.Caller, wish hub.NewNodePool) (*hub.Record, error) {
	h.pool = wish
	if _, err := h.Get(ctx, caller.Namespace, wish.Cluster); err != nil {
		return nil, err
	}
	return h.write(ctx, caller, hub.Ref{Kind: fleetv1.KindNodePool, Name: wish.Name})
}

func (h *fakeHub) Change(ctx context.Context, caller hub.Caller, ref hub.Ref, change hub.Change) (*hub.Record, error) {
	h.change = change
	return h.write(ctx, caller, ref)
}

func (h *fakeHub) Delete(ctx context.Context, caller hub.Caller, ref hub.Ref, precondition hub.Precondition) (*hub.Record, error) {
	h.change = hub.Change{Precondition: precondition}
	return h.write(ctx, caller, ref)
}

func (h *fakeHub) ForceDelete(ctx context.Context, caller hub.Caller, ref hub.Ref, reason string) error {
	h.reason = reason
	_, err := h.write(ctx, caller, ref)
	return err
}

func (h *fakeHub) Report(
	ctx context.Context, caller hub.Caller, ref hub.Ref, adapter string, report *fleetv1.Report,
) (*fleetv1.AdapterStatus, error) {
	h.adapter, h.report = adapter, report
	_, err := h.write(ctx, caller, ref)
	return h.stored, err
}

func (h *fakeHub) Once(
	ctx context.Context, _ hub.Caller, key hub.RequestKey, do func(context.Context) (hub.Answer, error),
) (hub.Answer, bool, error) {
	h.key = key
	if h.replayed != nil {
		return *h.replayed, true, nil
	}
	answer, err := do(ctx)
	return answer, false, err
}

// Ids of the objects of the tests.
const (
	clusterUID = types.UID("3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3")
	clusterID  = "23qcxt2vtcomxjix6fzx8nsixv"
	poolUID    = types.UID("00000000-0000-0000-0000-00000000002a")
	poolID     = "20000000000000000000000016"
)

// born is when the objects of the tests were created.
var born = metav1.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// newRecord is an object as it is right after its creation.
func newRecord(kind string, id types.UID, name string) *hub.Record {
	record := &hub.Record{Kind: kind, ID: id, Name: name, Object: &metav1.ObjectMeta{
		Name: name, Namespace: tenant, UID: id, Generation: 1, ResourceVersion: "42", CreationTimestamp: born,
		Annotations: map[string]string{fleetv1.AnnotationCreatedBy: "user@example.com"},
		Labels:      map[string]string{"environment": "production", fleetv1.LabelID: string(id)},
	}}
	at := metav1.NewMicroTime(born.Time)
	for _, conditionType := range []string{fleetv1.ConditionReady, fleetv1.ConditionAvailable} {
		record.Conditions = append(record.Conditions, hub.Condition{
			Condition: metav1.Condition{Type: conditionType, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonAwaitingAdapters,
				Message: "Waiting for adapters to report status"},
			Created: at, Updated: at, Transitioned: at,
		})
	}
	if kind == fleetv1.KindCluster {
		record.Cluster = &fleetv1.Cluster{ObjectMeta: *record.Object}
	} else {
		record.NodePool = &fleetv1.NodePool{ObjectMeta: *record.Object}
		record.Owner = clusterUID
	}
	return record
}

func newFakeHub() *fakeHub {
	return &fakeHub{records: []*hub.Record{
		newRecord(fleetv1.KindCluster, clusterUID, "my-cluster"),
		newRecord(fleetv1.KindNodePool, poolUID, "worker-pool"),
	}}
}

// server is the facade with the dialect on a fake hub, without the server's own filters: everybody is the caller.
func server(t testing.TB, h *fakeHub) http.Handler {
	t.Helper()
	f, err := facade.New(clocktesting.NewFakePassiveClock(present), newDialect(t, h))
	if err != nil {
		t.Fatal(err)
	}
	return f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		call.Caller = caller
		if r.Header.Get("X-Project-Id") != "" {
			call.Caller.Namespace = r.Header.Get("X-Project-Id")
		}
		f.Serve(w, r)
	}))
}

// ask sends a request: method, path below the version, body, and headers as pairs.
func ask(t testing.TB, h *fakeHub, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/hyperfleet/v1"+path, io.NopCloser(strings.NewReader(body)))
	r.Header.Set("X-Request-Id", "r-1")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	server(t, h).ServeHTTP(w, r)
	return w
}
