package hyperfleet

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
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
			h.records[0].Reports = []*fleetv1.AdapterStatus{newReport(), {Spec: fleetv1.AdapterStatusSpec{Adapter: "silent"}}}
			h.stored = newReport()
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
