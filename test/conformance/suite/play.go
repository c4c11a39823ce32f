package suite

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

// Patience is how long a step may wait for something that others have to do.
const Patience = 3 * time.Minute

const glance = 100 * time.Millisecond

// Run plays all cases. Each has names of its own, so they run beside each other and again and again.
func Run(t *testing.T, dialect Dialect) {
	t.Helper()
	w := NewWorld(t, dialect)
	cases := load(t, dialect.Data)
	var left []string
	for _, file := range cases.names {
		t.Run(file, func(t *testing.T) {
			for _, c := range cases.files[file].Cases {
				if missing, ok := w.playable(cases, c); !ok {
					left = append(left, fmt.Sprintf("%s: %s (lacks %s)", file, c.Name, missing))
					continue
				}
				t.Run(c.Name, func(t *testing.T) {
					if !c.Serial {
						t.Parallel()
					}
					w.runCase(t, cases, c)
				})
			}
		})
	}
	if len(left) > 0 {
		t.Logf("%d cases were not played:\n%s", len(left), strings.Join(left, "\n"))
	}
}

func (w *World) runCase(t *testing.T, cases collection, c Case) {
	rows := c.Each
	if rows == nil {
		rows = map[string]map[string]yaml.Node{"": nil}
	}
	for name, row := range rows {
		if name == "" {
			w.play(t, cases, c, row)
			continue
		}
		t.Run(name, func(t *testing.T) { w.play(t, cases, c, row) })
	}
}

// Performance is one run of one case.
type Performance struct {
	*testing.T
	Ctx   context.Context
	World *World
	// Home is the case's tenant; nil without access to Kubernetes.
	Home *tenant.Tenant
	// Notes are what a dialect's words keep from step to step.
	Notes map[string]any

	vars    *variables
	answers map[string]*Answer
	streams map[string]*stream
}

func (w *World) play(t *testing.T, cases collection, c Case, row map[string]yaml.Node) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*Patience)
	defer cancel()
	p := &Performance{
		T: t, Ctx: ctx, World: w, Home: w.Shared, Notes: map[string]any{}, vars: newVariables("r" + rand.String(8)),
		answers: map[string]*Answer{}, streams: map[string]*stream{},
	}
	defer p.closeStreams()
	for name, value := range w.dialect.Vars {
		p.vars.values[name] = value
	}
	if c.Own != nil {
		p.Home = w.newTenant(t, c.Own)
	}
	if p.Home != nil {
		p.vars.values["namespace"], p.vars.values["platform"] = p.Home.Namespace, p.Home.Platform
		p.vars.values["foreign namespace"] = w.Foreign.Namespace
	}
	for _, values := range []map[string]yaml.Node{c.Vars, row} {
		p.vars.add(values)
	}
	for _, steps := range cases.sequences(c) {
		for i, s := range steps {
			if err := p.step(s); err != nil {
				t.Fatalf("step %d (%s): %v", i+1, s.title(w.dialect), err)
			}
		}
	}
}

func (s Step) title(dialect Dialect) string {
	switch {
	case s.Do != "":
		return s.Do
	case s.Stream != "":
		return "stream " + s.Stream
	case dialect.acts(s):
		return "request"
	default:
		return "act on objects"
	}
}

func (p *Performance) step(s Step) error {
	switch {
	case s.isRequest(p.World.dialect):
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
func (p *Performance) tick() {
	next := time.Now().Truncate(time.Second).Add(time.Second)
	timer := time.NewTimer(time.Until(next))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.Ctx.Done():
	}
}

// request sends a step's request and judges the answer, again and again if the step says so.
func (p *Performance) request(s Step) error {
	name, err := p.Text(orElse(s.As, "tenant"))
	if err != nil {
		return err
	}
	who := p.World.Identity(p.Ctx, p.T, p.Home, name)
	for _, known := range []string{"tenant", name} {
		if _, set := p.vars.values[known+".by"]; !set {
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
	deadline := time.Now().Add(Patience)
	for {
		a, err := p.World.Send(p.Ctx, who, r, s.Watch != "")
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
		Pause(p.Ctx)
	}
}

// Pause lets others act before a request is repeated.
func Pause(ctx context.Context) {
	timer := time.NewTimer(glance)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// together sends one request several times at once.
func (p *Performance) together(s Step, who *Identity, r Request) error {
	type result struct {
		answer *Answer
		err    error
	}
	results := make(chan result, s.Parallel)
	for range s.Parallel {
		go func() {
			a, err := p.World.Send(p.Ctx, who, r, false)
			results <- result{a, err}
		}()
	}
	var last *Answer
	for range s.Parallel {
		got := <-results
		if got.err != nil {
			return got.err
		}
		if wrong, err := p.judge(s, got.answer); err != nil || len(wrong) > 0 {
			return fmt.Errorf("%w%v\n%s", err, wrong, got.answer)
		}
		if last != nil && s.Same == "each other" && string(last.Raw) != string(got.answer.Raw) {
			return fmt.Errorf("two answers differ:\n%s\n%s", last, got.answer)
		}
		last = got.answer
	}
	return p.remember(s, last)
}

// author is how the server shows an identity; anything where nobody knows.
func (p *Performance) author(name string) any {
	if p.Home == nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!type", Value: "string"}
	}
	return p.World.Identity(p.Ctx, p.T, p.Home, name).By
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
