//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/rand"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func (c *churner) create(ctx context.Context) *ledger {
	name := fmt.Sprintf("c%d-%s", c.number, rand.String(8))
	answer, ok := c.insist(ctx, 201, "POST", hyperfleet+"/clusters",
		map[string]any{"kind": "Cluster", "name": name, "spec": map[string]any{"n": 0}}, "key-"+name)
	if !ok {
		return nil
	}
	id, _ := answer.body["id"].(string)
	l := &ledger{name: name, id: id, generation: 1, reports: map[string]acknowledged{}, every: map[string]map[string]bool{}, writes: 1}
	c.ledgers = append(c.ledgers, l)
	return l
}

// patch changes the spec. However often it has to be repeated, it moves the generation by one.
func (c *churner) patch(ctx context.Context, l *ledger) {
	answer, ok := c.insist(ctx, 200, "PATCH", hyperfleet+"/clusters/"+l.id, map[string]any{"spec": map[string]any{"n": l.number + 1}}, "")
	if !ok {
		return
	}
	l.number, l.generation, l.writes = l.number+1, l.generation+1, l.writes+1
	if answer.generation() != l.generation {
		c.fault("a PATCH of %s made generation %d, want %d", l.name, answer.generation(), l.generation)
	}
	if ready := answer.condition("Ready"); ready["status"] != "False" {
		c.fault("%s is Ready right after a PATCH: %s", l.name, answer)
	}
}

func (c *churner) report(ctx context.Context, l *ledger, adapter, status string) {
	key := fmt.Sprint(adapter, l.generation)
	if l.every[key] == nil {
		l.every[key] = map[string]bool{}
	}
	l.every[key][status] = true
	at := time.Now()
	if _, ok := c.insist(ctx, 201, "PUT", hyperfleet+"/clusters/"+l.id+"/statuses", observation(adapter, l.generation, at, status, ""), ""); ok {
		l.reports[adapter] = acknowledged{generation: l.generation, status: status, at: at.UTC().Truncate(time.Microsecond)}
		l.writes++
	}
}

func (c *churner) delete(ctx context.Context, l *ledger) {
	if answer, ok := c.insist(ctx, 202, "DELETE", hyperfleet+"/clusters/"+l.id, nil, ""); ok {
		l.generation, l.deleted, l.writes = l.generation+1, true, l.writes+1
		if answer.generation() != l.generation {
			c.fault("the DELETE of %s made generation %d, want %d", l.name, answer.generation(), l.generation)
		}
	}
}

// look reads from both facades. The one that took the last write shows it, also when it was killed since: it answers only when it
// has read everything again. The other one may lag behind, and is held to show nothing that was never true.
func (c *churner) look(ctx context.Context, l *ledger) {
	for i, facade := range c.clients {
		answer, err := facade.send(ctx, "GET", hyperfleet+"/clusters/"+l.id, nil, nil)
		if err != nil || answer.status != 200 {
			continue
		}
		generation, ready := answer.generation(), answer.condition("Ready")
		if generation > l.generation {
			c.fault("%s has generation %d, and nobody wrote more than %d", l.name, generation, l.generation)
		}
		if ready["status"] != "True" {
			continue
		}
		if observed, _ := ready["observed_generation"].(float64); int(observed) != generation {
			c.fault("%s is Ready for generation %v at generation %d", l.name, ready["observed_generation"], generation)
		}
		for _, adapter := range []string{"dns", "validation"} {
			last := l.reports[adapter]
			if !l.every[fmt.Sprint(adapter, generation)]["True"] || i == c.turn && (last.generation != generation || last.status != "True") {
				c.fault("%s is Ready at generation %d, but %s last reported %+v: %s", l.name, generation, adapter, last, answer)
			}
		}
	}
}

// audit compares what is there with what was acknowledged: in Kubernetes at once, at each facade as soon as it has caught up.
func (c *churner) audit(ctx context.Context, namespace string, l *ledger) {
	cluster := &fleetv1.Cluster{}
	err := hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: l.name}, cluster)
	if l.deleted && apierrors.IsNotFound(err) {
		return
	}
	Expect(err).NotTo(HaveOccurred(), "an acknowledged cluster is gone: %+v", l)
	Expect(cluster.Generation).To(BeEquivalentTo(l.generation), "%+v", l)
	Expect(cluster.Spec.Parameters).NotTo(BeNil())
	Expect(string(cluster.Spec.Parameters.Raw)).To(MatchJSON(fmt.Sprintf(`{"n":%d}`, l.number)), "%+v", l)
	Expect(cluster.DeletionTimestamp != nil).To(Equal(l.deleted), "%+v", l)
	for adapter, want := range l.reports {
		stored := &fleetv1.AdapterStatus{}
		name := fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: l.name}, adapter)
		Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, stored)).To(Succeed())
		Expect(stored.Report.ObservedGeneration).To(BeEquivalentTo(want.generation), "%s: %+v", name, l)
		Expect(string(stored.Report.Condition("Available").Status)).To(Equal(want.status), "%s: %+v", name, l)
	}
	for _, facade := range c.clients {
		Eventually(func(g Gomega) {
			answer, err := facade.send(ctx, "GET", hyperfleet+"/clusters/"+l.id, nil, nil)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(answer.status).To(Equal(200), answer.String())
			g.Expect(answer.generation()).To(Equal(l.generation), answer.String())
			g.Expect(answer.condition("Ready")["status"]).To(Equal(l.ready()), answer.String())
		}).WithContext(ctx).Should(Succeed())
	}
}

// ready is what the acknowledged reports make of the condition.
func (l *ledger) ready() string {
	for _, adapter := range []string{"dns", "validation"} {
		if last := l.reports[adapter]; last.status != "True" || last.generation != l.generation {
			return "False"
		}
	}
	return "True"
}
