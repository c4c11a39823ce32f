package hyperfleet

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/hub"
)

func TestWishesReachTheHub(t *testing.T) {
	h := newFakeHub()
	ask(t, h, http.MethodPost, clusters, `{"kind":"Cluster","name":"my-cluster","spec":{"a": null},"labels":{"x":"y"}}`)
	if diff := cmp.Diff(hub.NewCluster{Name: "my-cluster", Labels: map[string]string{"x": "y"}, Parameters: []byte(`{"a":null}`)}, h.cluster); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ask(t, h, http.MethodPost, "/clusters/"+clusterID+"/nodepools", `{"kind":"NodePool","name":"worker-pool","spec":{},"labels":null}`)
	wantPool := hub.NewNodePool{Cluster: hub.Ref{Kind: "Cluster", ID: clusterUID}, Name: "worker-pool", Labels: map[string]string{}, Parameters: []byte(`{}`)}
	if diff := cmp.Diff(wantPool, h.pool); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ask(t, h, http.MethodPatch, one, `{"labels":null}`, "If-Match", `"41", "42"`)
	none := map[string]string{}
	wantChange := hub.Change{Precondition: hub.Precondition{ResourceVersions: []string{"41", "42"}}, Labels: &none}
	if diff := cmp.Diff(wantChange, h.change); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ask(t, h, http.MethodPatch, pool, `{"spec":{}}`)
	if diff := cmp.Diff(hub.Change{Parameters: []byte(`{}`)}, h.change); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wantRef := hub.Ref{Kind: "NodePool", Name: "worker-pool", Cluster: &hub.Ref{Kind: "Cluster", Name: "my-cluster"}}
	if diff := cmp.Diff(wantRef, h.ref); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ask(t, h, http.MethodDelete, flat, "", "If-Match", `W/"42"`)
	if diff := cmp.Diff([]string{}, h.change.ResourceVersions); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	ask(t, h, http.MethodPost, flat+"/force-delete", `{"reason":"the account is closed"}`)
	if h.reason != "the account is closed" || h.ref.ID != poolUID {
		t.Errorf("unexpected reason or object: %s %v", h.reason, h.ref)
	}
	ask(t, h, http.MethodPut, pool+"/statuses", reported())
	if h.adapter != "dns" || h.report.ObservedGeneration != 1 || len(h.report.Conditions) != 3 {
		t.Errorf("unexpected report: %s %v", h.adapter, h.report)
	}
	ask(t, h, http.MethodGet, pools+"?page=3&size=20", "")
	if h.query.Cluster == nil || h.query.Cluster.Name != "my-cluster" || h.query.Offset != 40 || h.query.Limit != 20 {
		t.Errorf("unexpected query: %+v", h.query)
	}
}

func TestDroppedReportsHaveNoBody(t *testing.T) {
	w := ask(t, newFakeHub(), http.MethodPost, one+"/statuses", reported())
	if w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Errorf("unexpected answer: %d %s", w.Code, w.Body)
	}
}

func TestRequestsAreDoneOnce(t *testing.T) {
	const wish = `{"kind":"NodePool","name":"worker-pool","spec":{"b":1,"a":1.0}}`
	h := newFakeHub()
	w := ask(t, h, http.MethodPost, pools, wish, "Idempotency-Key", "k-1")
	want := hub.RequestKey{Path: "/api/hyperfleet/v1" + pools, Key: "k-1", Body: []byte(`{"kind":"NodePool","name":"worker-pool","spec":{"a":1e0,"b":1e0}}`)}
	if diff := cmp.Diff(want, h.key); diff != "" || w.Code != http.StatusCreated || w.Header().Get("Idempotent-Replayed") != "" {
		t.Errorf("%d %v -want +got:\n%s", w.Code, w.Header(), diff)
	}
	h = &fakeHub{replayed: &hub.Answer{Header: map[string]string{"ETag": `"7"`, "Location": "/x"}, Body: []byte(`{"first":true}`)}}
	w = ask(t, h, http.MethodPost, pools, wish, "Idempotency-Key", "k-1")
	got := fmt.Sprint(w.Code, w.Body, w.Header().Get("Idempotent-Replayed"), w.Header().Get("ETag"), w.Header().Get("Location"), w.Header().Get("Content-Type"))
	if want := `201{"first":true}true"7"/xapplication/json`; strings.ReplaceAll(got, " ", "") != want {
		t.Errorf("want %s, got %s", want, got)
	}
	for _, key := range []string{"", "a b", "ä", strings.Repeat("k", 129)} {
		if w := ask(t, newFakeHub(), http.MethodPost, clusters, `{"kind":"Cluster","name":"abc","spec":{}}`, "Idempotency-Key", key); !strings.Contains(w.Body.String(), "VAL-005") {
			t.Errorf("key %q: %d %s", key, w.Code, w.Body)
		}
	}
	longest := strings.Repeat("~", 128)
	if w := ask(t, newFakeHub(), http.MethodPost, clusters, `{"kind":"Cluster","name":"my-cluster","spec":{}}`, "Idempotency-Key", longest); w.Code != http.StatusCreated {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, newFakeHub(), http.MethodPost, clusters, `{}`, "Idempotency-Key", "a", "Idempotency-Key", "b"); w.Code != http.StatusBadRequest {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWatchesAreStreams(t *testing.T) {
	h := newFakeHub()
	h.events = []hub.Event{
		{Type: hub.Added, Record: h.records[0], ResourceVersion: "42"}, {Type: hub.Bookmark, ResourceVersion: "77"},
		{Type: hub.Modified, Record: h.records[0], ResourceVersion: "78"}, {Type: hub.Deleted, Record: h.records[0], ResourceVersion: "79"},
	}
	w := ask(t, h, http.MethodGet, clusters+"?watch=true&resourceVersion=7&search=name%3D%27my-cluster%27", "")
	want := `{"type":"ADDED","object":` + newCluster + "}\n" + `{"type":"BOOKMARK","object":{"kind":"Cluster","resource_version":"77"}}` + "\n" +
		`{"type":"MODIFIED","object":` + newCluster + "}\n" + `{"type":"DELETED","object":` + newCluster + "}\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" || w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/x-ndjson" || !w.Flushed {
		t.Errorf("%d %v -want +got:\n%s", w.Code, w.Header(), diff)
	}
	if h.watched.ResourceVersion != "7" || h.watched.Filter == nil || h.watched.Cluster != nil {
		t.Errorf("unexpected query: %+v", h.watched)
	}
	h.events = []hub.Event{{Type: hub.Added, Record: h.records[1]}}
	w = ask(t, h, http.MethodGet, pools+"?watch=true&fields=name", "")
	if want := `{"type":"ADDED","object":{"id":"` + poolID + `","name":"worker-pool"}}` + "\n"; w.Body.String() != want || h.watched.Cluster == nil {
		t.Errorf("want %s, got %s", want, w.Body)
	}
}
