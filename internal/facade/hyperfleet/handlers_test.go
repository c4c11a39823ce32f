package hyperfleet

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

func hubError(reason hub.Reason) error { return &hub.Error{Reason: reason, Message: "no"} }

const (
	clusters = "/clusters"
	one      = "/clusters/my-cluster"
	pools    = one + "/nodepools"
	pool     = pools + "/worker-pool"
	flat     = "/nodepools/" + poolID
)

// Every success of every endpoint: status, body and headers.
func TestAnswers(t *testing.T) {
	const cluster, nodePool = newCluster, newNodePool
	list := func(kind string, items ...string) string {
		return fmt.Sprintf(`{"kind":"%sList","page":1,"size":%d,"total":%[2]d,"items":[%s]}`, kind, len(items), strings.Join(items, ","))
	}
	wish := `{"kind":"Cluster","name":"my-cluster","spec":{}}`
	poolWish := `{"kind":"NodePool","name":"worker-pool","spec":{}}`
	type headers = map[string]string
	tag := headers{"ETag": `"42"`, "Content-Type": "application/json"}
	created := func(path string) headers {
		return headers{"ETag": `"42"`, "Location": "/api/hyperfleet/v1/" + path, "Content-Type": "application/json", "Idempotent-Replayed": ""}
	}
	listed := headers{"X-Resource-Version": "77", "ETag": "", "Content-Type": "application/json"}
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		want               string
		headers            headers
	}{
		"clusters are listed":               {http.MethodGet, clusters, "", 200, list("Cluster", cluster), listed},
		"all node pools are listed":         {http.MethodGet, "/nodepools", "", 200, list("NodePool", nodePool), listed},
		"node pools of a cluster":           {http.MethodGet, pools, "", 200, list("NodePool", nodePool), listed},
		"a list may show some members":      {http.MethodGet, clusters + "?fields=name", "", 200, list("Cluster", `{"id":"`+clusterID+`","name":"my-cluster"}`), listed},
		"a cluster is created":              {http.MethodPost, clusters, wish, 201, cluster, created("clusters/" + clusterID)},
		"a node pool is created":            {http.MethodPost, pools, poolWish, 201, nodePool, created("nodepools/" + poolID)},
		"a cluster by name":                 {http.MethodGet, one, "", 200, cluster, tag},
		"a cluster by id":                   {http.MethodGet, clusters + "/" + clusterID, "", 200, cluster, tag},
		"a cluster by UUID":                 {http.MethodGet, clusters + "/" + string(clusterUID), "", 200, cluster, tag},
		"a slash at the end is ignored":     {http.MethodGet, one + "/", "", 200, cluster, tag},
		"a part of a cluster":               {http.MethodGet, one + "?fields=generation", "", 200, `{"id":"` + clusterID + `","generation":1}`, tag},
		"a node pool of a cluster":          {http.MethodGet, pool, "", 200, nodePool, tag},
		"a node pool by id":                 {http.MethodGet, flat, "", 200, nodePool, tag},
		"a cluster is changed":              {http.MethodPatch, one, `{"spec":{}}`, 200, cluster, tag},
		"a node pool is changed":            {http.MethodPatch, pool, `{"labels":{}}`, 200, nodePool, tag},
		"a node pool by id is changed":      {http.MethodPatch, flat, `{"labels":null}`, 200, nodePool, tag},
		"a cluster is deleted":              {http.MethodDelete, one, "", 202, cluster, headers{"ETag": "", "Content-Type": "application/json"}},
		"a node pool is deleted":            {http.MethodDelete, pool, "", 202, nodePool, headers{"ETag": ""}},
		"a node pool by id is deleted":      {http.MethodDelete, flat, "", 202, nodePool, headers{"ETag": ""}},
		"a cluster is gone at once":         {http.MethodPost, one + "/force-delete", `{"reason":"x"}`, 204, "", headers{"Content-Type": ""}},
		"a node pool is gone at once":       {http.MethodPost, pool + "/force-delete", `{"reason":"x"}`, 204, "", nil},
		"a node pool by id is gone at once": {http.MethodPost, flat + "/force-delete", `{"reason":"x"}`, 204, "", nil},
		"reports about a cluster":           {http.MethodGet, one + "/statuses", "", 200, list("AdapterStatus", publishedReport), headers{"X-Resource-Version": ""}},
		"reports about a node pool":         {http.MethodGet, pool + "/statuses", "", 200, list("AdapterStatus"), nil},
		"a part of reports":                 {http.MethodGet, one + "/statuses?fields=last_report_time", "", 200, list("AdapterStatus", `{"adapter":"validator","last_report_time":"2025-01-01T10:00:00Z"}`), nil},
		"a report about a cluster":          {http.MethodPost, one + "/statuses", reported(), 201, publishedReport, headers{"Content-Type": "application/json", "ETag": ""}},
		"a newer adapter's report":          {http.MethodPut, one + "/statuses", reported(), 201, publishedReport, nil},
		"a report about a node pool":        {http.MethodPost, pool + "/statuses", reported(), 201, publishedReport, nil},
		"a report by the flat path":         {http.MethodPut, flat + "/statuses", reported(), 201, publishedReport, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.records[0].Reports = []*fleetv1.AdapterStatus{newReport("validator"), {Spec: fleetv1.AdapterStatusSpec{Adapter: "silent"}}}
			h.stored = newReport("validator")
			w := ask(t, h, test.method, test.path, test.body)
			if diff := cmp.Diff(test.want, w.Body.String()); diff != "" || w.Code != test.status {
				t.Errorf("%d -want +got:\n%s", w.Code, diff)
			}
			for header, want := range test.headers {
				if got := w.Header().Get(header); got != want {
					t.Errorf("want %s: %q, got %q", header, want, got)
				}
			}
			if w.Header().Get("X-Request-Id") != "r-1" {
				t.Errorf("the id of the request is not told: %v", w.Header())
			}
		})
	}
}

// Every error of every endpoint's own, in the order in which they are looked for.
func TestRefusals(t *testing.T) {
	good := map[string]string{
		http.MethodPost + clusters: `{"kind":"Cluster","name":"my-cluster","spec":{}}`,
		http.MethodPost + pools:    `{"kind":"NodePool","name":"worker-pool","spec":{}}`,
	}
	bodies := map[string][]string{
		http.MethodPost:  {clusters, pools},
		http.MethodPatch: {one, pool, flat},
		"force":          {one, pool, flat},
		"report":         {one, pool, flat},
	}
	type row struct {
		method, path, body, contentType string
		fail                            error
		status                          int
		code                            string
	}
	rows := map[string]row{}
	add := func(r row) {
		rows[fmt.Sprintf("%s %s %.40s %s %v", r.method, r.path, r.body, r.contentType, r.fail)] = r
	}
	for kind, paths := range bodies {
		for _, path := range paths {
			method, body, bad := kind, good[kind+path], `{"kind":5}`
			switch kind {
			case http.MethodPatch:
				body, bad = `{"spec":{}}`, `{"spec":5}`
			case "force":
				method, path, body, bad = http.MethodPost, path+"/force-delete", `{"reason":"x"}`, `{}`
			case "report":
				method, path, body, bad = http.MethodPut, path+"/statuses", reported(), `{}`
			}
			add(row{method, path, body, "text/plain", nil, 415, "VAL-010"})
			add(row{method, path, `{"a":"` + strings.Repeat("a", 1<<20) + `"}`, "", nil, 413, "VAL-009"})
			add(row{method, path, `{"a":1,"a":2}`, "", nil, 400, "VAL-006"})
			add(row{method, path, `[]`, "", nil, 400, "VAL-006"})
			add(row{method, path, ``, "", nil, 400, "VAL-006"})
			add(row{method, path, bad, "", nil, 400, "VAL-000"})
			add(row{method, path, body, "", hubError(hub.NotFound), 404, "NTF-001"})
			add(row{method, path, body, "", hubError(hub.Invalid), 400, "VAL-000"})
			add(row{method, path, body, "", hubError(hub.Forbidden), 403, "AUZ-001"})
			add(row{method, path, body, "", hubError(hub.Unavailable), 503, "SVC-001"})
			if kind != "report" {
				add(row{method, path, body, "", hubError(hub.WrongState), 409, "CNF-003"})
			} else {
				add(row{method, path, body, "", hubError(hub.AdapterNotAllowed), 403, "AUZ-002"})
			}
			if kind == http.MethodPost {
				add(row{method, path, body, "application/merge-patch+json", nil, 415, "VAL-010"})
				add(row{method, path, body, "", hubError(hub.AlreadyExists), 409, "CNF-001"})
			}
			if kind == http.MethodPatch {
				add(row{method, path, `{}`, "", nil, 400, "VAL-005"})
				add(row{method, path, `{"name":"x"}`, "", nil, 400, "VAL-006"})
				add(row{method, path, body, "", hubError(hub.PreconditionFailed), 412, "CNF-002"})
				add(row{method, path, body, "application/merge-patch+json; charset=utf-8", hubError(hub.NotFound), 404, "NTF-001"})
			}
			// What is unknown is told before what is wrong with a body, and after what makes it unreadable.
			unknown := strings.NewReplacer("my-cluster", "other", poolID, clusterID).Replace(path)
			if path != clusters {
				add(row{method, unknown, bad, "", nil, 404, "NTF-001"})
				add(row{method, unknown, `{`, "", nil, 400, "VAL-006"})
			}
		}
	}
	for _, path := range []string{one, pool, flat} {
		add(row{http.MethodDelete, path, "", "", hubError(hub.PreconditionFailed), 412, "CNF-002"})
		add(row{http.MethodDelete, path, "", "", hubError(hub.NotFound), 404, "NTF-001"})
		add(row{http.MethodGet, path + "?fields=nothing", "", "", nil, 400, "VAL-000"})
		add(row{http.MethodGet, path + "/statuses?page=0", "", "", nil, 400, "VAL-000"})
		add(row{http.MethodGet, path + "/statuses?orderBy=nothing", "", "", nil, 400, "VAL-005"})
		add(row{http.MethodPut, path, "", "", nil, 405, "VAL-008"})
	}
	for _, path := range []string{clusters, pools, "/nodepools"} {
		add(row{http.MethodGet, path + "?page=x", "", "", nil, 400, "VAL-000"})
		add(row{http.MethodGet, path + "?search=%3D", "", "", nil, 400, "VAL-005"})
		add(row{http.MethodGet, path + "?search=%zz", "", "", nil, 400, "VAL-005"})
		add(row{http.MethodGet, path + "?watch=true&search=name='a;b'", "", "", nil, 400, "VAL-005"})
		add(row{http.MethodGet, path + "?watch=true&page=1", "", "", nil, 400, "VAL-005"})
		add(row{http.MethodGet, path + "?watch=true&resourceVersion=5", "", "", hubError(hub.Expired), 410, "CNF-005"})
		add(row{http.MethodDelete, path, "", "", nil, 405, "VAL-008"})
	}
	for _, path := range []string{"/clusters/other", "/clusters/" + poolID, "/clusters/other/nodepools", "/clusters/other/nodepools/worker-pool",
		"/clusters/" + poolID + "/nodepools/" + poolID, "/nodepools/worker-pool", "/nodepools/" + clusterID, pools + "/other",
		"/clusters/other/statuses", "/nodepools/worker-pool/statuses"} {
		add(row{http.MethodGet, path, "", "", nil, 404, "NTF-001"})
	}
	for _, path := range []string{"", "/", "/cluster", "/clusters/a/b", "//clusters", "/clusters/a%2Fb", "/clusters/../clusters", "/clusters//", one + "/nodepools/a/b",
		"/resources", "/nodepools/x/nodepools"} {
		add(row{http.MethodGet, path, "", "", nil, 404, "NTF-000"})
	}
	for name, test := range rows {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.fail = test.fail
			var headers []string
			if test.contentType != "" {
				headers = []string{"Content-Type", test.contentType}
			}
			w := ask(t, h, test.method, test.path, test.body, headers...)
			var got struct{ Code, Instance string }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			if w.Code != test.status || got.Code != "HYPERFLEET-"+test.code {
				t.Errorf("want %d %s, got %d %s", test.status, test.code, w.Code, w.Body)
			}
			if got.Instance == "" || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("not whole: %v %s", w.Header(), w.Body)
			}
			if test.fail == nil && h.writes > 0 {
				t.Errorf("the hub was asked to write")
			}
		})
	}
}

func TestForeignIsUnknown(t *testing.T) {
	for _, request := range [][2]string{
		{http.MethodGet, one}, {http.MethodPatch, one}, {http.MethodDelete, one}, {http.MethodPost, one + "/force-delete"},
		{http.MethodGet, one + "/statuses"}, {http.MethodPost, one + "/statuses"}, {http.MethodPut, one + "/statuses"},
		{http.MethodGet, pools}, {http.MethodPost, pools},
		{http.MethodGet, flat}, {http.MethodPatch, flat}, {http.MethodDelete, flat}, {http.MethodPost, flat + "/force-delete"},
		{http.MethodGet, flat + "/statuses"}, {http.MethodPut, flat + "/statuses"},
	} {
		body := `{"spec":{}}`
		foreign := ask(t, newFakeHub(), request[0], request[1], body, "X-Project-Id", "other")
		unknown := ask(t, &fakeHub{}, request[0], request[1], body)
		if foreign.Code != http.StatusNotFound || foreign.Body.String() != unknown.Body.String() {
			t.Errorf("%v: foreign is %d %s, unknown %d %s", request, foreign.Code, foreign.Body, unknown.Code, unknown.Body)
		}
		if diff := cmp.Diff(unknown.Header(), foreign.Header()); diff != "" {
			t.Errorf("%v: -unknown +foreign:\n%s", request, diff)
		}
	}
}

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

func TestEveryoneMayKnowWhatThisIs(t *testing.T) {
	for path, want := range map[string]string{
		"":  `{"id":"hyperfleet","kind":"API","href":"/api/hyperfleet","version":"v1.2.3","build_time":"2026-01-01T00:00:00Z"}`,
		"/": `{"id":"hyperfleet","kind":"API","href":"/api/hyperfleet","version":"v1.2.3","build_time":"2026-01-01T00:00:00Z"}`,
	} {
		w := httptest.NewRecorder()
		server(t, newFakeHub()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/hyperfleet"+path, nil))
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/api/hyperfleet/openapi", "/api/hyperfleet/v1/openapi", "/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1/openapi"} {
		w := httptest.NewRecorder()
		server(t, newFakeHub()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		var document struct{ Openapi string }
		if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil || document.Openapi != "3.0.3" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v %d %v %.80s", path, err, w.Code, w.Header(), w.Body)
		}
	}
}

// The rights of the contract, row by row.
func TestRoutesNeedRights(t *testing.T) {
	want := []string{
		"DELETE /v1/clusters/{cluster_id} delete clusters of Cluster by name",
		"DELETE /v1/clusters/{cluster_id}/nodepools/{nodepool_id} delete nodepools of NodePool by name",
		"DELETE /v1/nodepools/{nodepool_id} delete nodepools of NodePool by name",
		"GET  public",
		"GET /openapi public",
		"GET /openapi.html public",
		"GET /openapi/assets/{file} public",
		"GET /v1/clusters list clusters or watch",
		"GET /v1/clusters/{cluster_id} get clusters of Cluster by name",
		"GET /v1/clusters/{cluster_id}/nodepools list nodepools or watch of Cluster",
		"GET /v1/clusters/{cluster_id}/nodepools/{nodepool_id} get nodepools of NodePool by name",
		"GET /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses list adapterstatuses of NodePool",
		"GET /v1/clusters/{cluster_id}/statuses list adapterstatuses of Cluster",
		"GET /v1/nodepools list nodepools or watch",
		"GET /v1/nodepools/{nodepool_id} get nodepools of NodePool by name",
		"GET /v1/nodepools/{nodepool_id}/statuses list adapterstatuses of NodePool",
		"GET /v1/openapi public",
		"GET /v1/openapi.html public",
		"GET /v1/openapi/assets/{file} public",
		"PATCH /v1/clusters/{cluster_id} patch clusters of Cluster by name",
		"PATCH /v1/clusters/{cluster_id}/nodepools/{nodepool_id} patch nodepools of NodePool by name",
		"PATCH /v1/nodepools/{nodepool_id} patch nodepools of NodePool by name",
		"POST /v1/clusters create clusters",
		"POST /v1/clusters/{cluster_id}/force-delete create clusters/force-delete of Cluster by name",
		"POST /v1/clusters/{cluster_id}/nodepools create nodepools of Cluster",
		"POST /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/force-delete create nodepools/force-delete of NodePool by name",
		"POST /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"POST /v1/clusters/{cluster_id}/statuses create adapterstatuses of Cluster",
		"POST /v1/nodepools/{nodepool_id}/force-delete create nodepools/force-delete of NodePool by name",
		"POST /v1/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"PUT /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"PUT /v1/clusters/{cluster_id}/statuses create adapterstatuses of Cluster",
		"PUT /v1/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
	}
	var got []string
	for _, route := range newDialect(t, nil).Routes() {
		row := route.Method + " " + route.Path + " " + describe(route)
		got = append(got, row)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func describe(route facade.Route) string {
	if route.Public {
		return "public"
	}
	text := route.Verb + " " + route.Resource
	if route.Subresource != "" {
		text += "/" + route.Subresource
	}
	if route.Watch {
		text += " or watch"
	}
	if route.Target != nil {
		text += " of " + route.Target.Kind
	}
	if route.Target != nil && route.Target.Named {
		text += " by name"
	}
	return text
}

func TestUnknownMethodsAreToldTheKnownOnes(t *testing.T) {
	for path, want := range map[string]string{
		clusters: "GET, POST", one: "DELETE, GET, PATCH", "/nodepools": "GET", pools: "GET, POST", pool: "DELETE, GET, PATCH", flat: "DELETE, GET, PATCH",
		one + "/statuses": "GET, POST, PUT", flat + "/force-delete": "POST", "/openapi": "GET",
	} {
		w := ask(t, newFakeHub(), http.MethodOptions, path, "")
		if got := w.Header().Get("Allow"); w.Code != http.StatusMethodNotAllowed || got != want {
			t.Errorf("%s: want %s, got %d %s", path, want, w.Code, got)
		}
	}
}

// The document describes exactly what is served.
func TestDocumentHasTheRoutes(t *testing.T) {
	d := newDialect(t, nil)
	var document struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(d.document.json, &document); err != nil {
		t.Fatal(err)
	}
	var documented, served []string
	for path, operations := range document.Paths {
		for _, method := range slices.Collect(maps.Keys(operations)) {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, route := range d.Routes() {
		// The document stands at two places and tells of one; what its page consists of concerns nobody.
		if !strings.HasPrefix(route.Path, "/openapi") && !strings.Contains(route.Path, "/assets/") {
			served = append(served, route.Method+" "+base+route.Path)
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(documented, served); diff != "" {
		t.Errorf("-documented +served:\n%s", diff)
	}
}
