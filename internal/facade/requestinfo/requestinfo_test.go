package requestinfo_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/endpoints/request"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet"
	"github.com/slipway-dev/slipway/internal/facade/iaas"
	"github.com/slipway-dev/slipway/internal/facade/nks"
	"github.com/slipway-dev/slipway/internal/facade/requestinfo"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// meaning is what a request means: to whom, and which object it is about. Object is what the index is asked for where the name is
// part of the request; it is as the path says, before anybody looked it up.
type meaning struct{ verb, resource, subresource, object string }

// is reads a meaning from "verb resource[/subresource] [object]".
func is(text string) meaning {
	var m meaning
	_, _ = fmt.Sscan(text, &m.verb, &m.resource, &m.object)
	m.resource, m.subresource, _ = strings.Cut(m.resource, "/")
	return m
}

// hyperFleet is every route of the HyperFleet dialect, below its base.
var hyperFleet = map[string]meaning{
	"GET /v1/clusters":                  is("list clusters"),
	"GET /v1/clusters?watch=true":       is("watch clusters"),
	"GET /v1/clusters?watch=false":      is("list clusters"),
	"GET /v1/clusters/?page=2":          is("list clusters"),
	"POST /v1/clusters":                 is("create clusters"),
	"GET /v1/clusters/c1":               is("get clusters Cluster:c1"),
	"GET /v1/clusters/c1?watch=true":    is("get clusters Cluster:c1"),
	"PATCH /v1/clusters/c1":             is("patch clusters Cluster:c1"),
	"DELETE /v1/clusters/c1":            is("delete clusters Cluster:c1"),
	"POST /v1/clusters/c1/force-delete": is("create clusters/force-delete Cluster:c1"),
	"GET /v1/clusters/c1/statuses":      is("list adapterstatuses"),
	"POST /v1/clusters/c1/statuses":     is("create adapterstatuses"),
	"PUT /v1/clusters/c1/statuses":      is("create adapterstatuses"),

	"GET /v1/clusters/c1/nodepools":                  is("list nodepools"),
	"GET /v1/clusters/c1/nodepools?watch=true":       is("watch nodepools"),
	"POST /v1/clusters/c1/nodepools":                 is("create nodepools"),
	"GET /v1/clusters/c1/nodepools/p1":               is("get nodepools Cluster:c1/NodePool:p1"),
	"PATCH /v1/clusters/c1/nodepools/p1":             is("patch nodepools Cluster:c1/NodePool:p1"),
	"DELETE /v1/clusters/c1/nodepools/p1":            is("delete nodepools Cluster:c1/NodePool:p1"),
	"POST /v1/clusters/c1/nodepools/p1/force-delete": is("create nodepools/force-delete Cluster:c1/NodePool:p1"),
	"GET /v1/clusters/c1/nodepools/p1/statuses":      is("list adapterstatuses"),
	"POST /v1/clusters/c1/nodepools/p1/statuses":     is("create adapterstatuses"),
	"PUT /v1/clusters/c1/nodepools/p1/statuses":      is("create adapterstatuses"),

	"GET /v1/nodepools":                              is("list nodepools"),
	"GET /v1/nodepools?watch=true":                   is("watch nodepools"),
	"GET /v1/nodepools/" + poolID:                    is("get nodepools NodePool:" + poolUID),
	"PATCH /v1/nodepools/" + poolID:                  is("patch nodepools NodePool:" + poolUID),
	"DELETE /v1/nodepools/" + poolID:                 is("delete nodepools NodePool:" + poolUID),
	"POST /v1/nodepools/" + poolID + "/force-delete": is("create nodepools/force-delete NodePool:" + poolUID),
	"GET /v1/nodepools/" + poolID + "/statuses":      is("list adapterstatuses"),
	"POST /v1/nodepools/" + poolID + "/statuses":     is("create adapterstatuses"),
	"PUT /v1/nodepools/" + poolID + "/statuses":      is("create adapterstatuses"),

	// What is public, and what is unknown, is no request for a resource.
	"GET ":                             is("get"),
	"GET /":                            is("get"),
	"GET /openapi":                     is("get"),
	"GET /openapi.html":                is("get"),
	"GET /v1/openapi":                  is("get"),
	"GET /v1/openapi.html":             is("get"),
	"PUT /v1/clusters/c1":              is("put"),
	"HEAD /v1/clusters":                is("head"),
	"POST /v1/nodepools":               is("post"),
	"GET /v1/clusters//":               is("get"),
	"GET /v1/clusters/a%2Fb":           is("get"),
	"GET /v1/namespaces/x/clusters/c":  is("get"),
	"PATCH /v1/clusters/c1/statuses":   is("patch"),
	"GET /v1/clusters/c1/force-delete": is("get"),
	"GET /v1/watch/clusters":           is("get"),
}

// iaaS is every route of the IaaS dialect, below its base.
var iaaS = map[string]meaning{
	"GET /addons/catalog":                is("list addontemplates"),
	"GET /addons/catalog/":               is("list addontemplates"),
	"GET /clusters/c1/addons":            is("list addons"),
	"GET /clusters/c1/addons?watch=1":    is("list addons"),
	"POST /clusters/c1/addons":           is("create addons"),
	"GET /clusters/c1/addons/a1":         is("get addons Cluster:c1/Addon:a1"),
	"DELETE /clusters/c1/addons/a1":      is("delete addons Cluster:c1/Addon:a1"),
	"GET /clusters/c1/addons/" + poolUID: is("get addons Cluster:c1/Addon:" + poolUID),

	"GET ":                          is("get"),
	"GET /addons/openapi":           is("get"),
	"GET /clusters":                 is("get"),
	"GET /clusters/c1":              is("get"),
	"PUT /clusters/c1/addons":       is("put"),
	"GET /v1/namespaces":            is("get"),
	"GET /v33/addons":               is("get"),
	"GET /hyperfleets/v1/clusters":  is("get"),
	"GET /clusters/c1//addons":      is("get"),
	"GET /clusters/c1/addons/a%2Fb": is("get"),
}

// ccE is every route of the CCE dialect, below its base.
var ccE = map[string]meaning{
	"POST /addons":                                     is("create addons"),
	"GET /addons":                                      is("list addons"),
	"GET /addons?cluster_id=c1":                        is("list addons"),
	"GET /addons/a1?cluster_id=c1":                     is("get addons Cluster:c1/Addon:a1"),
	"GET /addons/" + poolUID:                           is("get addons Addon:" + poolUID),
	"GET /addons/" + poolUID + "?cluster_id=c1":        is("get addons Addon:" + poolUID),
	"PUT /addons/" + poolUID:                           is("patch addons Addon:" + poolUID),
	"DELETE /addons/" + poolUID:                        is("delete addons Addon:" + poolUID),
	"POST /addons/" + poolUID + "/operation/rollback":  is("patch addons Addon:" + poolUID),
	"POST /addons/" + poolUID + "/operation/rollback/": is("patch addons Addon:" + poolUID),
	"GET /addontemplates":                              is("list addontemplates"),
	"GET /addontemplates?watch=true":                   is("list addontemplates"),

	"GET /":                       is("get"),
	"GET /openapi":                is("get"),
	"GET /clusters/c1/addons":     is("get"),
	"PATCH /addons/a1":            is("patch"),
	"DELETE /addons":              is("delete"),
	"GET /addons/a1/operation":    is("get"),
	"GET /addons//":               is("get"),
	"GET /namespaces/x/secrets/y": is("get"),
}

// nkS is every route of the NKS dialect, below its base.
var nkS = map[string]meaning{
	"GET /v1/clusters":                                  is("list clusters"),
	"GET /v1/clusters/?limit=2":                         is("list clusters"),
	"GET /v1/clusters?watch=true":                       is("list clusters"),
	"GET /v1/clusters/detail":                           is("list clusters"),
	"POST /v1/clusters":                                 is("create clusters"),
	"GET /v1/clusters/c1":                               is("get clusters Cluster:c1"),
	"GET /v1/clusters/" + poolUID:                       is("get clusters Cluster:" + poolUID),
	"GET /v1/clusters/3F0A9C1E5B7D4E219A640C8D2F71B5E3": is("get clusters Cluster:" + poolUID),
	"DELETE /v1/clusters/c1":                            is("delete clusters Cluster:c1"),
	"GET /v1/clusters/c1/config":                        is("get clusters/kubeconfig Cluster:c1"),
	"GET /v1/clusters/c1/events":                        is("list operations"),
	"GET /v1/clusters/c1/events/e1":                     is("get operations"),
	"GET /v1/clusters/c1/api_ep_ipacl":                  is("get clusters Cluster:c1"),
	"POST /v1/clusters/c1/api_ep_ipacl":                 is("patch clusters Cluster:c1"),
	"POST /v1/clusters/c1/actions/cni_update":           is("patch clusters Cluster:c1"),
	"POST /v1/clusters/c1/actions/update_sgw":           is("patch clusters Cluster:c1"),
	"POST /v1/clusters/c1/actions/upgrade":              is("patch clusters Cluster:c1"),
	"POST /v1/clusters/c1/actions/resize":               is("patch nodepools"),
	"PATCH /v1/clusters/c1":                             is("patch nodepools"),
	"GET /v1/supports":                                  is("list clusters"),

	"GET /v1/clusters/c1/nodegroups":                         is("list nodepools"),
	"POST /v1/clusters/c1/nodegroups":                        is("create nodepools"),
	"GET /v1/clusters/c1/nodegroups/g1":                      is("get nodepools Cluster:c1/NodePool:g1"),
	"GET /v1/clusters/c1/nodegroups/default-master":          is("get nodepools Cluster:c1/NodePool:default-master"),
	"PATCH /v1/clusters/c1/nodegroups/" + poolUID:            is("patch nodepools Cluster:c1/NodePool:" + poolUID),
	"DELETE /v1/clusters/" + poolUID + "/nodegroups/g1":      is("delete nodepools Cluster:" + poolUID + "/NodePool:g1"),
	"GET /v1/clusters/c1/nodegroups/g1/autoscale":            is("get nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/g1/autoscale":           is("patch nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/g1/stop_node":           is("patch nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/g1/start_node":          is("patch nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/g1/upgrade":             is("patch nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/g1/userscript":          is("patch nodepools Cluster:c1/NodePool:g1"),
	"POST /v1/clusters/c1/nodegroups/default-master/upgrade": is("patch clusters Cluster:c1"),

	"POST /v1/certificates":     is("create clusters/certificates"),
	"GET /v1/certificates/c1":   is("get clusters Cluster:c1"),
	"PATCH /v1/certificates/c1": is("patch clusters Cluster:c1"),

	// What is public, and what is unknown, is no request for a resource.
	"GET /":                              is("get"),
	"GET /v1":                            is("get"),
	"GET /v1/":                           is("get"),
	"GET /v1/openapi":                    is("get"),
	"POST /":                             is("post"),
	"PUT /v1/clusters/c1":                is("put"),
	"DELETE /v1/clusters":                is("delete"),
	"DELETE /v1/clusters/detail":         is("delete"),
	"GET /v1/clusters/c1/actions/resize": is("get"),
	"GET /v1/clusters/c1/nodegroups//":   is("get"),
	"GET /v1/clusters/a%2Fb":             is("get"),
	"GET /v1/bays":                       is("get"),
	"GET /v1/certificates":               is("get"),
	"GET /v1/namespaces/x/secrets/y":     is("get"),
}

// An id and what it stands for.
const (
	poolID  = "23qcxt2vtcomxjix6fzx8nsixv"
	poolUID = "3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3"
)

func newFacade(t testing.TB) *facade.Facade {
	t.Helper()
	fleet, err := hyperfleet.New(struct{ hub.Hub }{}, expect.Clock(), hyperfleet.Info{})
	if err != nil {
		t.Fatal(err)
	}
	addons, err := iaas.New(struct{ hub.AddonHub }{}, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := cce.New(struct{ hub.AddonHub }{})
	if err != nil {
		t.Fatal(err)
	}
	magnum, err := nks.New(struct{ hub.FleetHub }{}, expect.Clock(), nks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	made, err := facade.New(expect.Clock(), fleet, addons, engine, magnum)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// dialects are the tables by the bases of the dialects.
var dialects = map[string]map[string]meaning{"/api/hyperfleet": hyperFleet, "/api": iaaS, "/api/v3": ccE, "": nkS}

// names are the dialects' names by their bases.
var names = map[string]string{"/api/hyperfleet": "hyperfleet", "/api": "iaas", "/api/v3": "cce", "": "nks"}

func resolver() requestinfo.Resolver {
	return requestinfo.Resolver{Default: &request.RequestInfoFactory{APIPrefixes: sets.NewString("apis"), GrouplessAPIPrefixes: sets.NewString()}}
}

func TestMeanings(t *testing.T) {
	f := newFacade(t)
	for base, table := range dialects {
		for line, want := range table {
			for _, mount := range []string{base, facade.Aggregated + "/" + names[base]} {
				method, path, _ := strings.Cut(line, " ")
				t.Run(method+" "+mount+path, func(t *testing.T) {
					r := httptest.NewRequest(method, mount+path, nil)
					call := f.Match(r)
					if call == nil || call.Dialect.Name() != names[base] {
						t.Fatalf("it is for another dialect: %+v", call)
					}
					checkMeaning(t, r, call, want)
				})
			}
		}
	}
}

func checkMeaning(t *testing.T, r *http.Request, call *facade.Call, want meaning) {
	t.Helper()
	info, err := resolver().NewRequestInfo(r.WithContext(facade.With(context.Background(), call)))
	if err != nil {
		t.Fatal(err)
	}
	wantInfo := &request.RequestInfo{Path: r.URL.Path, Verb: want.verb}
	if want.resource != "" {
		wantInfo = &request.RequestInfo{
			IsResourceRequest: true, Path: r.URL.Path, Verb: want.verb, APIPrefix: "apis", APIGroup: "fleet.slipway.dev", APIVersion: "v1alpha1",
			Resource: want.resource, Subresource: want.subresource,
		}
	}
	if diff := cmp.Diff(wantInfo, info); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.object, object(r, call)); diff != "" {
		t.Error(diff)
	}
}

// object writes down which object a call names in what is authorized.
func object(r *http.Request, call *facade.Call) string {
	if call.Route == nil || call.Route.Target == nil || !call.Route.Target.Named {
		return ""
	}
	ref := call.Route.Target.Object(r, call.Variables)
	text := ref.Kind + ":" + ref.Name + string(ref.ID)
	if ref.Cluster != nil {
		text = fleetv1.KindCluster + ":" + ref.Cluster.Name + string(ref.Cluster.ID) + "/" + text
	}
	return text
}

// TestEveryRouteIsInATable finds routes that nobody wrote down a meaning for.
func TestEveryRouteIsInATable(t *testing.T) {
	f := newFacade(t)
	for base, table := range dialects {
		known := map[string]bool{}
		for line := range table {
			method, path, _ := strings.Cut(line, " ")
			if call := f.Match(httptest.NewRequest(method, base+path, nil)); call.Route != nil {
				known[call.Route.Method+" "+call.Route.Path] = true
			}
		}
		for _, route := range f.Match(httptest.NewRequest(http.MethodGet, base+"/", nil)).Dialect.Routes() {
			if !known[route.Method+" "+route.Path] && !route.Public {
				t.Errorf("route %s %s of %s is not in its table", route.Method, route.Path, base)
			}
		}
	}
}

func TestWhatIsForNoDialectIsTheDefaults(t *testing.T) {
	info, err := resolver().NewRequestInfo(httptest.NewRequest(http.MethodGet, "/apis/apps/v1/namespaces/n/deployments/d", nil))
	if err != nil {
		t.Fatal(err)
	}
	if info.APIGroup != "apps" || info.Resource != "deployments" || info.Namespace != "n" || info.Name != "d" || info.Verb != "get" {
		t.Errorf("got %+v", info)
	}
}
