package cce

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestHostPrefix(t *testing.T) {
	for host, want := range map[string]string{
		"7fd16832-e9c1-11ea-a67b-0255ac10043d.cce.example": "7fd16832-e9c1-11ea-a67b-0255ac10043d",
		"prod.cce.example:6443":                            "prod",
		"PROD.cce.example":                                 "prod",
		"localhost":                                        "",
		"localhost:8443":                                   "",
		"127.0.0.1":                                        "",
		"127.0.0.1:8443":                                   "",
		"[::1]:8443":                                       "",
		"::1":                                              "",
		"":                                                 "",
		".cce.example":                                     "",
		"prod.":                                            "",
		"a.b:c:d":                                          "a",
	} {
		if got := hostPrefix(host); got != want {
			t.Errorf("%q: got %q; want %q", host, got, want)
		}
	}
}

// FuzzHostPrefix holds that a prefix is one label of the host, in small letters.
func FuzzHostPrefix(f *testing.F) {
	for _, host := range []string{"prod.cce.example:6443", "[::1]:80", "127.0.0.1", "a.b:c", "A.b"} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		prefix := hostPrefix(host)
		if strings.Contains(prefix, ".") || !strings.Contains(strings.ToLower(host), prefix) {
			t.Errorf("%q: the prefix %q is no label", host, prefix)
		}
	})
}

const (
	otherCluster = string(otherID)
	thisCluster  = string(clusterID)
)

// TestWhichCluster is where a request may name a cluster, and which name wins.
func TestWhichCluster(t *testing.T) {
	const gone = http.StatusNotFound
	for name, row := range map[string]struct {
		query, body, host string
		// read, write, install and list are the statuses of a request about an add-on on the cluster prod.
		read, write, install, list int
	}{
		"named nowhere":                         {read: 200, write: 200, install: 400, list: 400},
		"by id in the query":                    {query: thisCluster, read: 200, write: 200, install: 200, list: 200},
		"by name in the query":                  {query: "prod", read: 200, write: 200, install: 200, list: 200},
		"by id in the body":                     {body: thisCluster, read: 200, write: 200, install: 200, list: 400},
		"by name in the body":                   {body: "prod", read: 200, write: 200, install: 200, list: 400},
		"in the host":                           {host: thisCluster + ".cce.example", read: 200, write: 200, install: 200, list: 200},
		"by name in the host":                   {host: "prod.cce.example:8443", read: 200, write: 200, install: 200, list: 200},
		"twice the same":                        {query: thisCluster, body: thisCluster, read: 200, write: 200, install: 200, list: 200},
		"by id and by name":                     {query: "prod", body: thisCluster, read: 200, write: 200, install: 200, list: 200},
		"query and body differ":                 {query: thisCluster, body: otherCluster, read: 200, write: 400, install: 400, list: 200},
		"the body names what is unknown":        {query: thisCluster, body: unknownID, read: 200, write: 400, install: 400, list: 200},
		"the host differs from the query":       {query: thisCluster, host: "edge.cce.example", read: 200, write: 200, install: 200, list: 200},
		"the host differs from the body":        {body: thisCluster, host: "edge.cce.example", read: gone, write: 200, install: 200, list: 200},
		"the host names no cluster":             {host: "api.cce.example", read: 200, write: 200, install: 400, list: 400},
		"another cluster in the query":          {query: otherCluster, read: gone, write: gone, install: 200, list: 200},
		"another cluster in the body":           {body: otherCluster, read: 200, write: gone, install: 200, list: 400},
		"another cluster in the host":           {host: "edge.cce.example", read: gone, write: gone, install: 200, list: 200},
		"an unknown cluster in the query":       {query: unknownID, read: gone, write: gone, install: gone, list: gone},
		"an unknown cluster in the body":        {body: unknownID, read: 200, write: gone, install: gone, list: 400},
		"an empty query and an empty body text": {query: "", body: "", host: "prod.cce.example", read: 200, write: 200, install: 200, list: 200},
	} {
		t.Run(name, func(t *testing.T) {
			query := ""
			if row.query != "" {
				query = "?cluster_id=" + row.query
			}
			one := "/addons/" + string(addonID)
			upgrade := fmt.Sprintf(`{"kind":"Addon","apiVersion":"v3","metadata":{},"spec":{"clusterID":%q,"version":"1.13.5","addonTemplateName":"npd","values":{}}}`, row.body)
			for _, request := range []struct {
				ask
				want int
			}{
				{ask{method: "GET", path: one + query}, row.read},
				{ask{method: "DELETE", path: one + query}, row.read},
				{ask{method: "GET", path: "/addons" + query}, row.list},
				{ask{method: "PUT", path: one + query, body: upgrade}, row.write},
				{ask{method: "POST", path: one + "/operation/rollback" + query, body: fmt.Sprintf(`{"clusterID":%q}`, row.body)}, row.write},
				{ask{method: "POST", path: "/addons" + query, body: upgrade}, row.install},
			} {
				request.host = row.host
				if got := request.do(t, newFakeHub()); got.status != request.want {
					t.Errorf("%s %s: got %d; want %d: %s", request.method, request.path, got.status, request.want, got.text)
				}
			}
		})
	}
}

// TestWhichAddon is how a path may name an add-on.
func TestWhichAddon(t *testing.T) {
	for name, row := range map[string]struct {
		path, host string
		want       int
	}{
		"by id":                             {"/addons/" + string(addonID), "", 200},
		"by name, the cluster in the query": {"/addons/npd?cluster_id=prod", "", 200},
		"by name, the cluster in the host":  {"/addons/npd", "prod.cce.example", 200},
		"by name, on another cluster":       {"/addons/npd?cluster_id=edge", "", 404},
		"by name, without a cluster":        {"/addons/npd", "", 404},
		"an unknown id":                     {"/addons/" + unknownID, "", 404},
		"an unknown name":                   {"/addons/nothing?cluster_id=prod", "", 404},
		"a trailing slash":                  {"/addons/" + string(addonID) + "/", "", 200},
		"an id in capitals is no id":        {"/addons/24B23108-55C0-11E9-926F-0255AC101A31", "", 404},
		"the parameter twice":               {"/addons/npd?cluster_id=prod&cluster_id=prod", "", 400},
		"a query that cannot be read":       {"/addons/npd?cluster_id=%zz", "", 400},
		"parameters that mean nothing":      {"/addons/" + string(addonID) + "?x=1&x=2", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (ask{method: "GET", path: row.path, host: row.host}).do(t, newFakeHub()); got.status != row.want {
				t.Errorf("got %d; want %d: %s", got.status, row.want, got.text)
			}
		})
	}
}

// An instance name may have the form of an id.
func TestNameLikeAnID(t *testing.T) {
	h := newFakeHub()
	h.addons[0].Instance = unknownID
	h.clusters[0].Name = otherCluster[:35] + "a"
	if got := (ask{method: "GET", path: "/addons/" + unknownID + "?cluster_id=" + h.clusters[0].Name}).do(t, h); got.status != 200 {
		t.Errorf("got %d: %s", got.status, got.text)
	}
}

// TestRights is which rights a request needs beside that of its route.
func TestRights(t *testing.T) {
	refusing := func(h *fakeHub, a ask) (asked []facade.Right, got answer) {
		a.may = func(right facade.Right) error {
			asked = append(asked, right)
			return &facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight}
		}
		got = a.do(t, h)
		return asked, got
	}
	body := `{"kind":"Addon","apiVersion":"v3","metadata":{},"spec":{"clusterID":"prod","version":"1.13.5","addonTemplateName":"npd","values":{}}}`
	cluster := []facade.Right{{Verb: "get", Resource: "clusters", Name: "prod"}}
	for name, row := range map[string]struct {
		ask  ask
		want []facade.Right
	}{
		"install":                       {ask{method: "POST", path: "/addons", body: body}, cluster},
		"list":                          {ask{method: "GET", path: "/addons?cluster_id=" + thisCluster}, cluster},
		"read by id":                    {ask{method: "GET", path: "/addons/" + string(addonID) + "?cluster_id=prod"}, nil},
		"read by name":                  {ask{method: "GET", path: "/addons/npd?cluster_id=prod"}, []facade.Right{{Verb: "get", Resource: "addons", Name: "npd"}}},
		"upgrade by name, of the body":  {ask{method: "PUT", path: "/addons/npd", body: body}, []facade.Right{{Verb: "patch", Resource: "addons", Name: "npd"}}},
		"delete by name":                {ask{method: "DELETE", path: "/addons/npd?cluster_id=prod"}, []facade.Right{{Verb: "delete", Resource: "addons", Name: "npd"}}},
		"the catalogue":                 {ask{method: "GET", path: "/addontemplates?cluster_id=prod"}, nil},
		"an unknown cluster stays that": {ask{method: "GET", path: "/addons?cluster_id=nothing"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			asked, got := refusing(h, row.ask)
			if diff := cmp.Diff(row.want, asked); diff != "" {
				t.Error(diff)
			}
			if row.want != nil && (got.status != http.StatusForbidden || h.writes > 0) {
				t.Errorf("got %d after %d writes", got.status, h.writes)
			}
		})
	}
}

// TestForeign holds that nothing of another tenant is there.
func TestForeign(t *testing.T) {
	for _, a := range []ask{
		{method: "GET", path: "/addons/" + string(addonID)},
		{method: "GET", path: "/addons?cluster_id=" + thisCluster},
		{method: "DELETE", path: "/addons/" + string(addonID)},
		{method: "GET", path: "/addontemplates?cluster_id=prod"},
	} {
		a.as = "other"
		h := newFakeHub()
		if got := a.do(t, h); got.status != http.StatusNotFound || h.writes > 0 {
			t.Errorf("%s %s: got %d: %s", a.method, a.path, got.status, got.text)
		}
	}
}

// TestRefIn is which object the server asks rights for, before the body is read.
func TestRefIn(t *testing.T) {
	cluster := func(ref hub.Ref) *hub.Ref { return &ref }
	for name, row := range map[string]struct {
		id, query, host string
		want            hub.Ref
	}{
		"an id":             {string(addonID), "", "prod.cce.example", hub.Ref{Kind: fleetv1.KindAddon, ID: addonID}},
		"a name":            {"npd", "", "localhost", hub.Ref{Kind: fleetv1.KindAddon, Name: "npd"}},
		"a name and a host": {"npd", "", "prod.cce.example", hub.Ref{Kind: fleetv1.KindAddon, Name: "npd", Cluster: cluster(hub.Ref{Kind: fleetv1.KindCluster, Name: "prod"})}},
		"a name and a query": {"npd", "?cluster_id=" + thisCluster, "edge.cce.example",
			hub.Ref{Kind: fleetv1.KindAddon, Name: "npd", Cluster: cluster(hub.Ref{Kind: fleetv1.KindCluster, ID: clusterID})}},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/x"+row.query, nil)
			r.Host = row.host
			if diff := cmp.Diff(row.want, refIn(r, map[string]string{varAddon: row.id})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
