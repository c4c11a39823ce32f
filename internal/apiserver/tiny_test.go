package apiserver

import (
	"encoding/json"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// tiny is a dialect that says what it was told about a request.
type tiny struct {
	hub hub.Hub
	// streaming is told of every stream that began.
	streaming chan struct{}
}

// said is what tiny answers with.
type said struct {
	User      string   `json:"user,omitempty"`
	Namespace string   `json:"namespace,omitempty"`
	Adapters  []string `json:"adapters,omitempty"`
	Path      string   `json:"path,omitempty"`
	Names     []string `json:"names,omitempty"`
	Refused   int      `json:"refused,omitempty"`
	Cause     string   `json:"cause,omitempty"`
}

func (t tiny) Name() string { return "tiny" }

func (t tiny) Base() string { return "/api/tiny" }

func (t tiny) Credentials() facade.Credentials { return facade.Credentials{Signatures: true} }

func (t tiny) Routes() []facade.Route {
	one := &facade.Target{Kind: fleetv1.KindCluster, Variable: "name", Named: true}
	return []facade.Route{
		{Method: http.MethodGet, Path: "", Public: true, Handler: t.say},
		{Method: http.MethodGet, Path: "/v1/things", Verb: "list", Watch: true, Resource: "clusters", Handler: t.list},
		{Method: http.MethodPost, Path: "/v1/things", Verb: "create", Resource: "clusters", Handler: t.say},
		{Method: http.MethodGet, Path: "/v1/things/{name}", Verb: "get", Resource: "clusters", Target: one, Handler: t.say},
		{Method: http.MethodPost, Path: "/v1/reports", Verb: "create", Resource: "adapterstatuses", Handler: t.say},
		{Method: http.MethodGet, Path: "/v1/panic", Verb: "list", Resource: "clusters", Handler: func(http.ResponseWriter, *http.Request) {
			panic("as asked for")
		}},
	}
}

func (t tiny) Refuse(w http.ResponseWriter, _ *http.Request, refusal facade.Refusal) {
	answer(w, refusal.Status, said{Refused: refusal.Status, Cause: string(refusal.Cause)})
}

func (t tiny) say(w http.ResponseWriter, r *http.Request) {
	call := facade.From(r.Context())
	answer(w, http.StatusOK, said{
		User: call.Caller.User, Namespace: call.Caller.Namespace, Adapters: call.Caller.Adapters, Path: call.Path,
	})
}

// list names the caller's Clusters, or streams until the request ends.
func (t tiny) list(w http.ResponseWriter, r *http.Request) {
	call := facade.From(r.Context())
	if call.Watch {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		t.streaming <- struct{}{}
		<-r.Context().Done()
		return
	}
	page, err := t.hub.List(r.Context(), call.Caller.Namespace, hub.Query{Kind: fleetv1.KindCluster, Limit: 10})
	if err != nil {
		t.Refuse(w, r, facade.Refusal{Status: http.StatusInternalServerError})
		return
	}
	names := make([]string, 0, len(page.Items))
	for _, item := range page.Items {
		names = append(names, item.Name)
	}
	answer(w, http.StatusOK, said{User: call.Caller.User, Namespace: call.Caller.Namespace, Path: call.Path, Names: names})
}

func answer(w http.ResponseWriter, status int, body said) {
	w.Header().Set("Content-Type", "application/tiny+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// rooted is tiny for clients that know it at the root of the server.
type rooted struct{ tiny }

func (rooted) Name() string { return "rooted" }

func (rooted) Base() string { return "" }
