//go:build e2e

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/internal/testing/tenant"
)

var churn = flag.Duration("churn", 2*time.Minute, "how long servers are killed under load")

const (
	churners   = 8
	killPeriod = 4 * time.Second
)

// facades are the names of the two facades and the variables with their addresses.
var facades = []struct{ name, variable string }{{"apiserver", "SLIPWAY_URL"}, {"apiserver-2", "SLIPWAY_URL_2"}}

// killAndRestart ends a process without a chance to clean up, and starts it again as it was.
func killAndRestart(name string) error {
	record := filepath.Join(hub.stateDir, "run", name+".json")
	running, err := process.Find(record)
	if err != nil {
		return err
	}
	if running == nil {
		return fmt.Errorf("%s does not run", name)
	}
	if err := syscall.Kill(running.PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("killing %s: %w", name, err)
	}
	for running.Alive() {
		time.Sleep(10 * time.Millisecond)
	}
	_, err = process.Start(process.Spec{
		Name: name, Path: running.Command[0], Args: running.Command[1:], LogFile: running.LogFile, RecordFile: record,
	})
	return err
}

var _ = Describe("Two facades and a manager, killed again and again under load", Serial, Ordered, func() {
	It("keep every acknowledged write, and never show a Ready that is not true", func(ctx SpecContext) {
		local(ctx, "up", "--facades=2")
		DeferCleanup(func(ctx SpecContext) { local(ctx, "up") }, NodeTimeout(4*patience))
		home := tenant.New(ctx, GinkgoTB(), hub.client, tenant.Wish{
			Prefix: "churn", Cluster: []string{"dns", "validation"}, NodePool: []string{"validation"},
		})
		token := home.Token(ctx, GinkgoTB(), tenant.Admin)

		working, stop := context.WithTimeout(ctx, *churn)
		defer stop()
		var all []*churner
		var group sync.WaitGroup
		for number := range churners {
			c := &churner{number: number, started: time.Now()}
			for _, f := range facades {
				c.clients = append(c.clients, newRESTClient(f.variable, token))
			}
			all = append(all, c)
			group.Go(func() { c.work(working, ctx) })
		}
		kills := killThemAll(working)
		group.Wait()

		wrote := 0
		for _, c := range all {
			Expect(c.faults).To(BeEmpty())
			for _, l := range c.ledgers {
				wrote += l.writes
				c.audit(ctx, home.Namespace, l)
			}
		}
		AddReportEntry("churn", fmt.Sprintf("%d acknowledged writes, %d kills", wrote, kills))
		Expect(kills).To(BeNumerically(">=", int(*churn/killPeriod)/2))
		Expect(wrote).To(BeNumerically(">", 10*churners))
	}, NodeTimeout(*churn+6*patience))
})

// killThemAll kills one facade after the other, and the manager between them, until the time is over. It returns how often.
func killThemAll(ctx context.Context) int {
	GinkgoHelper()
	ticker := time.NewTicker(killPeriod)
	defer ticker.Stop()
	kills := 0
	for {
		select {
		case <-ctx.Done():
			return kills
		case <-ticker.C:
		}
		Expect(killAndRestart(facades[kills%2].name)).To(Succeed())
		kills++
		if kills%2 == 0 {
			Expect(killAndRestart("manager")).To(Succeed())
		}
	}
}

// ledger is what a client knows to be true of one cluster.
type ledger struct {
	name, id   string
	generation int
	number     int
	deleted    bool
	// reports are the last acknowledged ones by adapter; every is all statuses that were ever reported, by adapter and generation.
	reports map[string]acknowledged
	every   map[string]map[string]bool
	writes  int
}

type acknowledged struct {
	generation int
	status     string
	at         time.Time
}

// churner is one client. It writes to one facade and turns to the other when that fails.
type churner struct {
	number  int
	clients []*restClient
	turn    int
	started time.Time
	ledgers []*ledger
	faults  []string
}

func (c *churner) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf("client %d: ", c.number)+fmt.Sprintf(format, args...))
}

// work goes through the life of one cluster after the other.
func (c *churner) work(ctx, patient context.Context) {
	random := rand.New(rand.NewPCG(uint64(c.number), 1))
	for ctx.Err() == nil && len(c.faults) == 0 {
		l := c.create(patient)
		if l == nil {
			return
		}
		for range 12 {
			if ctx.Err() != nil || len(c.faults) > 0 {
				return
			}
			switch random.IntN(5) {
			case 0:
				c.patch(patient, l)
			default:
				adapter := []string{"dns", "validation"}[random.IntN(2)]
				c.report(patient, l, adapter, []string{"True", "True", "True", "False"}[random.IntN(4)])
			}
			c.look(patient, l)
		}
		if random.IntN(3) == 0 {
			c.delete(patient, l)
		}
	}
}

// insist sends a request until somebody answers what is wanted. What nobody answered may have happened or not: each request here
// may be repeated. An index of another replica may lag behind, so that an object that was just made is unknown there for a moment.
func (c *churner) insist(ctx context.Context, want int, method, path string, body any, key string) (reply, bool) {
	header := map[string][]string{}
	if key != "" {
		header["Idempotency-Key"] = []string{key}
	}
	deadline := time.Now().Add(patience)
	last := ""
	for time.Now().Before(deadline) && ctx.Err() == nil {
		answer, err := c.clients[c.turn].send(ctx, method, path, body, header)
		switch {
		case err != nil:
			last = err.Error()
		case answer.status == want:
			return answer, true
		case answer.status >= 500 || answer.status == 429 || answer.status == 404:
			last = answer.String()
		default:
			c.fault("%s %s: %s, want %d", method, path, answer, want)
			return answer, false
		}
		c.turn = (c.turn + 1) % len(c.clients)
		time.Sleep(50 * time.Millisecond)
	}
	c.fault("%s %s: nobody answered %d; last: %s", method, path, want, last)
	return reply{}, false
}
