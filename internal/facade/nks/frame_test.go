package nks

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// headers are those of every answer.
func headers(version string) http.Header {
	return http.Header{
		"Openstack-Api-Version":         {"container-infrastructure-management " + version},
		"Openstack-Api-Minimum-Version": {"container-infrastructure-management 1.1"},
		"Openstack-Api-Maximum-Version": {"container-infrastructure-management 1.12"},
		"Vary":                          {"OpenStack-API-Version"},
		"X-Openstack-Request-Id":        {"req-" + asked},
	}
}

func with(header http.Header, pairs ...string) http.Header {
	for i := 0; i < len(pairs); i += 2 {
		header[pairs[i]] = []string{pairs[i+1]}
	}
	return header
}

// checkHeaders compares the headers of an answer, but for its length.
func checkHeaders(t *testing.T, want, got http.Header) {
	t.Helper()
	got = got.Clone()
	got.Del("Content-Length")
	got.Del("X-Request-Id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

// TestRefusals are errors that are raised outside handlers.
func TestRefusals(t *testing.T) {
	const (
		json     = "application/json"
		keystone = `,"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}}`
		nobody   = "The request you have made requires authentication."
	)
	unauthorized := failedWith("401", nobody)
	unauthorized = unauthorized[:len(unauthorized)-1] + keystone
	tests := map[string]struct {
		refusal facade.Refusal
		options Options
		status  int
		body    string
		extra   []string
	}{
		"no credentials": {refusal: facade.Refusal{Status: 401, Cause: facade.NoCredentials}, status: 401, body: unauthorized,
			extra: []string{"Www-Authenticate", `Keystone uri="http://nks.example.com"`}},
		"bad credentials": {refusal: facade.Refusal{Status: 401, Cause: facade.BadCredentials, Detail: "a secret"}, status: 401, body: unauthorized,
			options: Options{IdentityURL: "https://id.example.com/v3"}, extra: []string{"Www-Authenticate", `Keystone uri="https://id.example.com/v3"`}},
		"bad credentials at a public URL": {refusal: facade.Refusal{Status: 401}, status: 401, body: unauthorized,
			options: Options{PublicURL: "https://public.example.com/"}, extra: []string{"Www-Authenticate", `Keystone uri="https://public.example.com"`}},
		"no right": {refusal: facade.Refusal{Status: 403, Cause: facade.NoRight}, status: 403,
			body: failedWith("403", "Policy doesn't allow get clusters to be performed.")},
		"no tenant": {refusal: facade.Refusal{Status: 403, Cause: facade.NoRight, Detail: "The identity belongs to no project"}, status: 403,
			body: failedWith("403", "The identity belongs to no project.")},
		"no path":       {refusal: facade.Refusal{Status: 404}, status: 404, body: failedWith("404", "The resource could not be found.")},
		"a header":      {refusal: facade.Refusal{Status: 400, Cause: facade.BadHeader, Detail: "It is twice there."}, status: 400, body: failedWith("400", "It is twice there.")},
		"a broken body": {refusal: facade.Refusal{Status: 400, Cause: facade.BadBody, Detail: "body: x"}, status: 400, body: failedWith("400", "body: x.")},
		"too large":     {refusal: facade.Refusal{Status: 413}, status: 413, body: failedWith("413", "The body may have 1 MiB at most.")},
		"no method": {refusal: facade.Refusal{Status: 405, Allow: []string{"GET", "POST"}}, status: 405,
			body: failedWith("405", "The method is not allowed for this resource."), extra: []string{"Allow", "GET, POST"}},
		"too many": {refusal: facade.Refusal{Status: 429, RetryAfter: 7}, status: 429,
			body: failedWith("429", "There are too many requests at the moment. Try again."), extra: []string{"Retry-After", "7"}},
		"a bug": {refusal: facade.Refusal{Status: 500, Detail: "panic: secret"}, status: 500, body: failedWith("500", "Something went wrong that should not.")},
		"an odd status": {refusal: facade.Refusal{Status: 599, Detail: "secret"}, status: 500,
			body: failedWith("500", "Something went wrong that should not.")},
		"an outage": {refusal: facade.Refusal{Status: 503, Detail: "secret"}, status: 503,
			body: failedWith("503", "The service cannot do this at the moment. Try again."), extra: []string{"Retry-After", "1"}},
		"too late": {refusal: facade.Refusal{Status: 504}, status: 503,
			body: failedWith("503", "The service cannot do this at the moment. Try again."), extra: []string{"Retry-After", "1"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := ask(t, refusing(t, test.options, test.refusal), "GET /v1/clusters/test-k8s", "", headerVersion, "container-infra 1.9")
			answered(t, w, test.status, test.body)
			checkHeaders(t, with(with(headers("1.12"), "Content-Type", json), test.extra...), w.Header())
		})
	}
}

func TestMicroversions(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	for header, want := range map[string]string{
		"":                       "1.12",
		"container-infra 1.1":    "1.1",
		"container-infra 1.9":    "1.9",
		"container-infra 1.12":   "1.12",
		"container-infra latest": "1.12",
		"container-infrastructure-management 1.2": "1.2",
		"  magnum   1.5 ":                         "1.5",
		"container-infra":                         "1.12",
		"1.9":                                     "1.12",
		"container-infra 1":                       "1.12",
		"container-infra 1.x":                     "1.12",
		"container-infra 01.9":                    "1.12",
		"container-infra 1.9.1":                   "1.12",
		"compute 2.79, container-infra 1.9":       "1.9",
		"container-infra 1.9, compute 2.79":       "1.9",
	} {
		w := ask(t, handler, "GET /v1/clusters/test-k8s/api_ep_ipacl", "", headerVersion, header)
		answered(t, w, http.StatusOK, `{"cluster_uuid":"`+string(clusterID)+`","enable":"false"}`)
		checkHeaders(t, with(headers(want), "Content-Type", "application/json"), w.Header())
	}
	for header, refused := range map[string]string{
		"container-infra 1.13": "1.13", "container-infra 1.0": "1.0", "container-infra 2.1": "2.1", "compute 2.79": "2.79",
		"container-infra 99999.0": "99999.0",
	} {
		detail := "Unsupported microversion. The version " + refused + " was asked for; 1.1 to 1.12 are offered."
		for _, line := range []string{"GET /v1/clusters/test-k8s/api_ep_ipacl", "GET /", "POST /v1/clusters"} {
			w := ask(t, handler, line, "", headerVersion, header)
			answered(t, w, http.StatusNotAcceptable, `{"errors":[{"request_id":"req-`+asked+`","code":"magnum.microversion-unsupported","status":406,`+
				`"title":"Unsupported microversion","detail":"`+detail+`","links":[],"min_version":"1.1","max_version":"1.12"}]}`)
			checkHeaders(t, with(headers("1.12"), "Content-Type", "application/json"), w.Header())
		}
	}
}

// TestRequestIDs holds that an id in the form of OpenStack is one, and always the same for one request.
func TestRequestIDs(t *testing.T) {
	for given, want := range map[string]string{
		asked:          "req-" + asked,
		"req-" + asked: "req-" + asked,
		"my-request":   "req-cbb76ff7-487c-5be3-9f47-c587111b8ccd",
	} {
		if got := requestID(&facade.Call{RequestID: given}); got != want {
			t.Errorf("%s is %s, want %s", given, got, want)
		}
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	for _, path := range []string{
		"/v1/bays", "/v1/clusters/test-k8s/x", "/v1/clusters/test-k8s/nodegroups/default-worker/x", "/v1/clusters//events", "/v1/clusters/a%2Fb", "//",
	} {
		answered(t, ask(t, handler, "GET "+path, ""), http.StatusNotFound, failedWith("404", "The resource could not be found."))
	}
	for path, allow := range map[string]string{
		"/": "GET", "/v1/": "GET", "/v1/clusters": "GET, POST", "/v1/clusters/test-k8s": "DELETE, GET, PATCH", "/v1/supports": "GET",
		"/v1/clusters/test-k8s/nodegroups/default-worker": "DELETE, GET, PATCH", "/v1/clusters/test-k8s/nodegroups/default-master/upgrade": "POST",
		"/v1/clusters/test-k8s/actions/resize": "POST", "/v1/certificates/test-k8s": "GET, PATCH", "/v1/clusters/detail": "GET",
	} {
		for _, method := range []string{"PUT", "HEAD", "OPTIONS"} {
			w := ask(t, handler, method+" "+path, "")
			answered(t, w, http.StatusMethodNotAllowed, failedWith("405", "The method is not allowed for this resource."))
			if got := w.Header().Get("Allow"); got != allow {
				t.Errorf("%s allows %q, want %q", path, got, allow)
			}
		}
	}
}

// TestUnknownClusters holds that no route tells another tenant's cluster from one that never was.
func TestUnknownClusters(t *testing.T) {
	handler := newServer(t, newFakeHub(), Options{})
	dialect := &Dialect{}
	for _, route := range dialect.Routes() {
		if route.Public || route.Target == nil {
			continue
		}
		for _, named := range []string{"test-k8s", string(clusterID), nobodyID, "nobody"} {
			path := expand(route.Path, named)
			line := route.Method + " " + path
			foreign := ask(t, handler, line, `{"x":1}`, facade.HeaderProject, "other")
			if foreign.Code != http.StatusNotFound {
				t.Errorf("%s answers %d for another tenant", line, foreign.Code)
			}
			answered(t, foreign, http.StatusNotFound, failedWith("404", "Cluster "+named+" could not be found."))
		}
	}
}

// TestErrorsOfTheHub holds what errors mean that handlers know nothing more about.
func TestErrorsOfTheHub(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
		body string
	}{
		"busy": {&hub.Error{Reason: hub.Busy, Message: "x"}, "409",
			failedWith("409", "Cluster test-k8s already has an operation in progress.")},
		"gone meanwhile": {notFound, "404", failedWith("404", "Cluster "+string(clusterID)+" could not be found.")},
		"in another state": {&hub.Error{Reason: hub.WrongState, Message: "The cluster is being deleted"}, "409",
			failedWith("409", "The cluster is being deleted.")},
		"a quota": {&hub.Error{Reason: hub.Forbidden, Message: "The quota is used up."}, "403", failedWith("403", "The quota is used up.")},
		"broken rules": {&hub.Error{Reason: hub.Invalid, Faults: []hub.Fault{{Field: "spec.network.podCIDR", Message: "overlaps"}}}, "400",
			failedWith("400", "Invalid input for field/attribute labels/pods_network_cidr. overlaps.")},
		"a broken rule about an item": {&hub.Error{Reason: hub.Invalid, Faults: []hub.Fault{{Field: "spec.machine.extraVolumes[1].sizeGiB", Message: "is too large."}}}, "400",
			failedWith("400", "Invalid input for field/attribute labels/extra_volumes. is too large.")},
		"a broken rule about what nobody knows": {&hub.Error{Reason: hub.Invalid, Faults: []hub.Fault{{Field: "spec.suspend", Message: "x"}}}, "400",
			failedWith("400", "Invalid input for field/attribute spec.suspend. x.")},
		"a change that somebody else made": {&hub.Error{Reason: hub.PreconditionFailed}, "409",
			failedWith("409", "The request clashes with what the cluster is or does now.")},
		"too large": {&hub.Error{Reason: hub.TooLarge}, "413", failedWith("413", "The body may have 1 MiB at most.")},
		"an outage": {&hub.Error{Reason: hub.Unavailable, Message: "secret"}, "503",
			failedWith("503", "The service cannot do this at the moment. Try again.")},
		"too slow":          {&hub.Error{Reason: hub.Timeout, Message: "secret"}, "503", failedWith("503", "The service cannot do this at the moment. Try again.")},
		"a bug":             {&hub.Error{Reason: hub.Internal, Message: "secret"}, "500", failedWith("500", "Something went wrong that should not.")},
		"an unknown reason": {&hub.Error{Reason: "New", Message: "secret"}, "500", failedWith("500", "Something went wrong that should not.")},
		"an unknown error":  {http.ErrAbortHandler, "500", failedWith("500", "Something went wrong that should not.")},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.fail = test.err
			w := ask(t, newServer(t, h, Options{}), "POST /v1/clusters/"+string(clusterID)+"/actions/resize", `{"node_count":2}`)
			if w.Body.String() != test.body {
				t.Errorf("answered %d %s\nwant     %s", w.Code, w.Body, test.body)
			}
		})
	}
}

// expand puts a cluster into a path, and names that are nobody's for the other variables.
func expand(path, cluster string) string {
	for name, value := range map[string]string{varCluster: cluster, varGroup: "default-worker", varEvent: eventUUID} {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path
}
