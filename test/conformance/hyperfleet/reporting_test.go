//go:build e2e

package hyperfleet

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/conformance/suite"
)

func findings(available, finalized, message string) []finding {
	list := []finding{
		{conditionType: "Available", status: available, reason: "Looked", message: message},
		{conditionType: "Applied", status: "True"},
		{conditionType: "Health", status: "True"},
	}
	if finalized != "" {
		list = append(list, finding{conditionType: "Finalized", status: finalized})
	}
	return list
}

func (h *history) randomReport() {
	h.report(pick(h, "dns", "validation", "curious"), told{
		generation: max(1, h.book.generation-pick(h, 0, 0, 0, 0, 0, 1, 2, -1)),
		at:         h.clock.Add(-pick(h, 0, 0, 0, time.Microsecond, 3*time.Second, 50*time.Second)),
		findings:   findings(pick(h, "True", "True", "True", "False", "Unknown"), pick(h, "", "False", "True"), pick(h, "", "", "words")),
		data:       pick(h, `{}`, `{}`, `{"a":1}`),
	})
}

// report sends a report and compares the answer.
func (h *history) report(adapter string, r told) {
	h.Helper()
	var conditions []map[string]string
	for _, f := range r.findings {
		condition := map[string]string{"type": f.conditionType, "status": f.status}
		if f.reason != "" {
			condition["reason"] = f.reason
		}
		if f.message != "" {
			condition["message"] = f.message
		}
		conditions = append(conditions, condition)
	}
	text, err := json.Marshal(map[string]any{
		"adapter": adapter, "observed_generation": r.generation, "observed_time": r.at.Format(time.RFC3339Nano),
		"conditions": conditions, "data": json.RawMessage(r.data),
	})
	if err != nil {
		h.fail("%v", err)
	}
	status, shown := h.book.take(adapter, r)
	a := h.send(status, pick(h, "POST", "PUT"), h.path+"/statuses", string(text))
	if shown != nil {
		if diff := cmp.Diff(any(shown.shown(adapter)), tree(a.Body)); diff != "" {
			h.fail("the answered report differs (-model +server):\n%s\n%s", diff, a)
		}
	}
	h.book.evaluate()
	if h.gone = h.book.finished(); h.gone {
		h.send(404, "GET", h.path, "")
		return
	}
	h.settle(a)
	statuses := h.send(200, "GET", h.path+"/statuses", "")
	if diff := cmp.Diff(any(h.book.list()), tree(statuses.Body)); diff != "" {
		h.fail("the reports differ (-model +server):\n%s", diff)
	}
}

// endChild reports that the node pool of a deleted cluster is finished. The controller tells the cluster.
func (h *history) endChild() {
	text := fmt.Sprintf(`{"adapter":"validation","observed_generation":2,"observed_time":%q,"conditions":[`+
		`{"type":"Available","status":"False"},{"type":"Applied","status":"True"},{"type":"Health","status":"True"},{"type":"Finalized","status":"True"}]}`,
		h.clock.Format(time.RFC3339Nano))
	h.send(201, "POST", h.path+"/nodepools/child/statuses", text)
	h.send(404, "GET", h.path+"/nodepools/child", "")
	h.book.pools = 0
	h.book.evaluate()
	h.gone = h.book.finished()
	deadline := time.Now().Add(suite.Patience)
	for {
		a, err := h.world.Send(h.ctx, h.who, suite.Request{Method: "GET", Target: base + h.path}, false)
		if err != nil {
			h.fail("%v", err)
		}
		ready, _ := suite.LookUp(a.Body, "status/conditions/Ready/message")
		switch {
		case h.gone && a.Status == 404:
			return
		case !h.gone && ready == h.book.ready.message:
			h.compare(a)
			return
		case time.Now().After(deadline):
			h.fail("the end of the node pool is not seen; the model says %+v, gone %t\n%s", h.book.ready, h.gone, a)
		}
		suite.Pause(h.ctx)
	}
}

// settle learns when conditions moved that moved at the request that was answered by a: nobody but the server knows exactly.
func (h *history) settle(a *suite.Answer) {
	if !h.book.ready.moved && !h.book.available.moved {
		return
	}
	now := h.send(200, "GET", h.path, "")
	for name, s := range map[string]*sentence{"Ready": &h.book.ready, "Available": &h.book.available} {
		if !s.moved {
			continue
		}
		value, _ := suite.LookUp(now.Body, "status/conditions/"+name+"/last_transition_time")
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(value))
		if err != nil || !between(at, a) {
			h.fail("%s moved at %v, not between %s and %s\n%s", name, value, a.Sent, a.Received, now)
		}
		s.since, s.moved = at, false
	}
}

// compare compares an answer about the object with the model, and the object in Kubernetes as well.
func (h *history) compare(a *suite.Answer) {
	h.Helper()
	h.book.evaluate()
	h.settle(a)
	want := map[string]any{}
	for name, value := range h.whole {
		want[name] = value
	}
	want["generation"] = h.book.generation
	want["status"] = map[string]any{"conditions": h.book.conditions()}
	if diff := cmp.Diff(any(want), tree(a.Body)); diff != "" {
		h.fail("the answer differs (-model +server):\n%s\n%s", diff, a)
	}
	if h.world.Kube != nil {
		h.compareStored()
	}
}

// compareStored compares what kubectl shows, as soon as the controller had a look.
func (h *history) compareStored() {
	var stored interface {
		client.Object
		GetConditions() *[]metav1.Condition
	} = &fleetv1.Cluster{}
	name := h.name
	if h.kind == "NodePool" {
		stored, name = &fleetv1.NodePool{}, h.owner+"-pool"
	}
	deadline := time.Now().Add(suite.Patience)
	for {
		key := client.ObjectKey{Namespace: h.world.Shared.Namespace, Name: name}
		if err := h.world.Kube.Get(h.ctx, key, stored); err != nil {
			h.fail("reading %s: %v", key, err)
		}
		var wrong []string
		for conditionType, s := range map[string]sentence{"Ready": h.book.ready, "Available": h.book.available} {
			got := apimeta.FindStatusCondition(*stored.GetConditions(), conditionType)
			if got == nil || string(got.Status) != s.status || got.Reason != s.reason || got.Message != s.message ||
				int(got.ObservedGeneration) != s.generation || !got.LastTransitionTime.Time.Equal(s.since) {
				wrong = append(wrong, fmt.Sprintf("%s is %+v, want %+v", conditionType, got, s))
			}
		}
		if len(wrong) == 0 && int(stored.GetGeneration()) == h.book.generation {
			return
		}
		if time.Now().After(deadline) {
			h.fail("Kubernetes shows generation %d, want %d; %s", stored.GetGeneration(), h.book.generation, strings.Join(wrong, "; "))
		}
		suite.Pause(h.ctx)
	}
}
