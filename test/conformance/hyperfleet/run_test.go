//go:build e2e

package hyperfleet

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/rand"

	"github.com/slipway-dev/slipway/internal/testing/tenant"
)

// patience is how long a step may wait for something that others have to do.
const (
	patience = time.Minute
	glance   = 100 * time.Millisecond
)

// TestConformance plays all cases. Each has names of its own, so they run beside each other and again and again.
func TestConformance(t *testing.T) {
	w := newWorld(t)
	var left []string
	for _, file := range w.suite.names {
		t.Run(file, func(t *testing.T) {
			for _, c := range w.suite.files[file].Cases {
				if missing, ok := w.playable(c); !ok {
					left = append(left, fmt.Sprintf("%s: %s (lacks %s)", file, c.Name, missing))
					continue
				}
				t.Run(c.Name, func(t *testing.T) {
					if !c.Serial {
						t.Parallel()
					}
					w.runCase(t, c)
				})
			}
		})
	}
	if len(left) > 0 {
		t.Logf("%d cases were not played:\n%s", len(left), strings.Join(left, "\n"))
	}
}

func (w *world) runCase(t *testing.T, c testCase) {
	rows := c.Each
	if rows == nil {
		rows = map[string]map[string]yaml.Node{"": nil}
	}
	for name, row := range rows {
		if name == "" {
			w.play(t, c, row)
			continue
		}
		t.Run(name, func(t *testing.T) { w.play(t, c, row) })
	}
}

// performance is one run of one case.
type performance struct {
	*testing.T
	ctx     context.Context
	world   *world
	home    *tenant.Tenant
	vars    *variables
	answers map[string]*answer
	streams map[string]*stream
	reports int
	// transitions are those of the conditions at the last step that asked what moved.
	transitions map[string]string
}

func (w *world) play(t *testing.T, c testCase, row map[string]yaml.Node) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	p := &performance{
		T: t, ctx: ctx, world: w, home: w.shared, vars: newVariables("r" + rand.String(8)),
		answers: map[string]*answer{}, streams: map[string]*stream{},
	}
	defer p.closeStreams()
	if c.Own != nil {
		p.home = w.newTenant(t, c.Own)
	}
	if p.home != nil {
		p.vars.values["namespace"], p.vars.values["platform"] = p.home.Namespace, p.home.Platform
		p.vars.values["foreign namespace"] = w.foreign.Namespace
	}
	for _, values := range []map[string]yaml.Node{c.Vars, row} {
		p.vars.add(values)
	}
	for _, steps := range w.suite.sequences(c) {
		for i, s := range steps {
			if err := p.step(s); err != nil {
				t.Fatalf("step %d (%s): %v", i+1, s.title(), err)
			}
		}
	}
}

func (s step) title() string {
	for _, title := range []string{s.Do, "report " + s.Report, "stream " + s.Stream} {
		if words := strings.Fields(title); len(words) > 1 {
			return title
		}
	}
	return "act on objects"
}

func (p *performance) step(s step) error {
	switch {
	case s.Do != "" || s.Report != "":
		return p.request(s)
	case s.Stream != "":
		return p.follow(s)
	case s.Tick:
		p.tick()
		return nil
	default:
		return p.act(s)
	}
}

// tick waits for the next second.
func (p *performance) tick() {
	next := time.Now().Truncate(time.Second).Add(time.Second)
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ctx.Done():
	}
}

// request sends a step's request and judges the answer, again and again if the step says so.
func (p *performance) request(s step) error {
	name, err := p.vars.text(orElse(s.As, "tenant"))
	if err != nil {
		return err
	}
	who := p.world.identity(p.ctx, p.T, p.home, name)
	for _, known := range []string{"tenant", "address", "odd name", "reader", "other"} {
		if _, set := p.vars.values[known+".by"]; !set && (known == name || known == "tenant") {
			p.vars.values[known+".by"] = p.author(known)
		}
	}
	r, err := p.compose(s)
	if err != nil {
		return err
	}
	if s.Parallel > 0 {
		return p.together(s, who, r)
	}
	deadline := time.Now().Add(patience)
	for {
		a, err := p.world.server.send(p.ctx, who, r, s.Watch != "")
		if err != nil {
			return err
		}
		wrong, err := p.judge(s, a)
		if err != nil {
			return err
		}
		if len(wrong) == 0 {
			return p.remember(s, a)
		}
		if !s.Until || time.Now().After(deadline) {
			return fmt.Errorf("%v\n%s", wrong, a)
		}
		pause(p.ctx)
	}
}

// pause lets others act before a request is repeated.
func pause(ctx context.Context) {
	timer := time.NewTimer(glance)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// together sends one request several times at once.
func (p *performance) together(s step, who *identity, r request) error {
	type result struct {
		answer *answer
		err    error
	}
	results := make(chan result, s.Parallel)
	for range s.Parallel {
		go func() {
			a, err := p.world.server.send(p.ctx, who, r, false)
			results <- result{a, err}
		}()
	}
	var last *answer
	for range s.Parallel {
		got := <-results
		if got.err != nil {
			return got.err
		}
		if wrong, err := p.judge(s, got.answer); err != nil || len(wrong) > 0 {
			return fmt.Errorf("%w%v\n%s", err, wrong, got.answer)
		}
		if last != nil && s.Same == "each other" && string(last.raw) != string(got.answer.raw) {
			return fmt.Errorf("two answers differ:\n%s\n%s", last, got.answer)
		}
		last = got.answer
	}
	return p.remember(s, last)
}

// author is how the server shows an identity; any address where nobody knows.
func (p *performance) author(name string) any {
	if p.home == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!re", Value: addressPattern.String()}
	}
	return p.world.identity(p.ctx, p.T, p.home, name).by
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
