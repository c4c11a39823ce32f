//go:build e2e

package hyperfleet

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	randv2 "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

var (
	flagHistories = flag.Int("histories", 24, "how many random histories to play")
	flagSteps     = flag.Int("steps", 50, "how many steps a random history has at most")
	flagSeed      = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random histories")
)

// TestRandom plays random reports, changes and deletions, and compares every answer with the model: status, body, times, and the
// same object through Kubernetes where there is access to it.
func TestRandom(t *testing.T) {
	w := suite.NewWorld(t, dialect())
	t.Logf("seed %d", *flagSeed)
	for number := range *flagHistories {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			t.Parallel()
			h := &history{
				T: t, ctx: t.Context(), world: w,
				random: randv2.New(randv2.NewPCG(*flagSeed, uint64(number))),
				clock:  time.Now().UTC().Truncate(time.Second).Add(-2 * time.Hour),
			}
			h.who = w.Identity(h.ctx, t, w.Shared, "tenant")
			h.begin(number%3 == 2)
			if number%3 == 1 {
				h.send(201, "POST", h.path+"/nodepools", `{"kind":"NodePool","name":"child","spec":{}}`)
				h.book.pools = 1
			}
			for range *flagSteps {
				if h.step(); h.gone {
					return
				}
			}
		})
	}
}

// history is one random history of a cluster or a node pool.
type history struct {
	*testing.T
	ctx    context.Context
	world  *suite.World
	who    *suite.Identity
	random *randv2.Rand
	// clock is the time of the adapters.
	clock time.Time
	// name and path are the object's; owner is the name of a node pool's cluster.
	name, path, owner string
	kind              string
	book              *book
	// whole is the last answer about the object; what only the server knows, and does not change, is taken from it.
	whole map[string]any
	log   []string
	gone  bool
}

func (h *history) fail(format string, args ...any) {
	h.Helper()
	h.Fatalf("%s\nseed %d, after:\n%s", fmt.Sprintf(format, args...), *flagSeed, strings.Join(h.log, "\n"))
}

// send sends a request and wants a status.
func (h *history) send(status int, method, path, body string) *suite.Answer {
	h.Helper()
	r := suite.Request{Method: method, Target: base + path, Header: map[string][]string{"Content-Type": {"application/json"}}}
	if body != "" {
		r.Body = []byte(body)
	}
	h.log = append(h.log, fmt.Sprintf("%s %s %s", method, path, body))
	a, err := h.world.Send(h.ctx, h.who, r, false)
	if err != nil {
		h.fail("%v", err)
	}
	if wrong := always(a, ""); len(wrong) > 0 || a.Status != status {
		h.fail("%v, want status %d\n%s", wrong, status, a)
	}
	return a
}

// begin creates the object.
func (h *history) begin(pool bool) {
	h.name = "h-" + rand.String(8)
	created := h.send(201, "POST", "/clusters", fmt.Sprintf(`{"kind":"Cluster","name":%q,"spec":{}}`, h.name))
	h.kind, h.path = "Cluster", "/clusters/"+h.name
	required := []string{"dns", "validation"}
	if pool {
		h.kind, h.owner, required = "NodePool", h.name, []string{"validation"}
		created = h.send(201, "POST", h.path+"/nodepools", `{"kind":"NodePool","name":"pool","spec":{}}`)
		h.path += "/nodepools/pool"
	}
	h.whole = tree(created.Body).(map[string]any)
	at, ok := h.whole["created_time"].(time.Time)
	if !ok {
		h.fail("no time of creation: %v", h.whole)
	}
	h.book = newBook(h.kind, at, required...)
	h.compare(created)
}

func pick[T any](h *history, from ...T) T { return from[h.random.IntN(len(from))] }

// step lets one thing happen, reports most often.
func (h *history) step() {
	if h.book.deleting && h.book.pools > 0 && h.random.IntN(6) == 0 {
		h.endChild()
		return
	}
	h.clock = h.clock.Add(pick(h, 0, 0, time.Second, 7*time.Second, 25*time.Second, time.Minute, 123456*time.Microsecond))
	switch h.random.IntN(16) {
	case 0:
		h.patch(fmt.Sprintf(`"spec":{"n":%d}`, h.random.IntN(3)))
	case 1:
		h.patch(fmt.Sprintf(`"labels":{"n":"%d"}`, h.random.IntN(3)))
	case 2:
		h.patch(fmt.Sprintf(`"labels":{"n":"%d"},"spec":{"n":%d}`, h.random.IntN(3), h.random.IntN(3)))
	case 3:
		if h.random.IntN(4) == 0 || h.book.deleting {
			h.delete()
		}
	case 4:
		for _, adapter := range h.book.required {
			if !h.gone {
				h.report(adapter, told{generation: h.book.generation, at: h.clock, findings: findings("True", "", ""), data: "{}"})
			}
		}
	default:
		h.randomReport()
	}
	if !h.gone {
		h.compare(h.send(200, "GET", h.path, ""))
	}
}

// patch changes the object, or tries to.
func (h *history) patch(members string) {
	if h.book.deleting {
		h.send(409, "PATCH", h.path, "{"+members+"}")
		return
	}
	var change map[string]any
	if err := json.Unmarshal([]byte("{"+members+"}"), &change); err != nil {
		h.fail("%v", err)
	}
	a := h.send(200, "PATCH", h.path, "{"+members+"}")
	changed := false
	for _, member := range []string{"spec", "labels"} {
		want, given := change[member]
		if !given {
			continue
		}
		if diff := cmp.Diff(h.whole[member], numbers(want)); diff != "" {
			changed = true
			if member == "spec" {
				h.book.generation++
			}
		}
		h.whole[member] = numbers(want)
	}
	h.touch(a, changed)
	h.compare(a)
}

// numbers turns the numbers of encoding/json into those of a tree.
func numbers(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	parsed, err := suite.ParseJSON(text)
	if err != nil {
		return err
	}
	return tree(parsed)
}

// touch expects a new updated_time, within the moments around the request.
func (h *history) touch(a *suite.Answer, changed bool) {
	if !changed {
		return
	}
	at, _ := tree(a.Body).(map[string]any)["updated_time"].(time.Time)
	if !between(at, a) {
		h.fail("updated_time is %s\n%s", at, a)
	}
	h.whole["updated_time"] = at
}

// between tells whether a time in whole seconds may be that of a request. The server may round to the second before.
func between(at time.Time, a *suite.Answer) bool {
	return !at.Before(a.Sent.Truncate(time.Second).Add(-time.Second)) && !at.After(a.Received.Add(time.Second))
}

func (h *history) delete() {
	a := h.send(202, "DELETE", h.path, "")
	if !h.book.deleting {
		h.book.deleting = true
		h.book.generation++
		answered := tree(a.Body).(map[string]any)
		at, _ := answered["deleted_time"].(time.Time)
		if !between(at, a) {
			h.fail("deleted_time is %s\n%s", at, a)
		}
		h.whole["deleted_time"], h.whole["deleted_by"] = at, h.whole["created_by"]
		h.touch(a, true)
	}
	h.compare(a)
}
