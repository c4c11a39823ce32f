package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	// emissions is how many add-ons are emitted one by one, and how many a second.
	emissions, emissionRate = 100, 5
	// burst is how many add-ons come at once, from so many writers.
	burst, bursters = 1000, 16
	// chains is how many chains of dependencies are played.
	chains = 20
	// emissionPatience bounds the wait for a release.
	emissionPatience = 2 * time.Minute
)

var rawParams = &runtime.RawExtension{Raw: []byte(`{"size":"large","replicas":3}`)}

// measureAddons measures how long it takes from an Addon until what Flux needs is there. The management cluster has no Flux: the
// bench says in its place that a release is installed.
func measureAddons(ctx context.Context, b *bench) error {
	if err := b.applyCatalogue(ctx); err != nil {
		return err
	}
	if err := b.admitTenants(ctx); err != nil {
		return err
	}
	if _, err := b.quiet(ctx); err != nil {
		return err
	}
	o, err := b.observe(ctx, releasesPath, there)
	if err != nil {
		return err
	}
	e := &emission{bench: b, observer: o, emitted: make([]time.Duration, emissions)}
	for _, part := range []func(context.Context) error{e.oneByOne, e.atOnce, e.inChains, e.atRest} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	if err := o.close(); err != nil {
		return err
	}
	if err := b.want(ctx, nil); err != nil {
		return err
	}
	return b.removeTenants(ctx)
}

// emission measures releases as they come.
type emission struct {
	bench    *bench
	observer *observer
	// emitted are latencies by number.
	emitted []time.Duration
	// rendered are the objects of an add-on, by where they are created, with its name left open.
	rendered []renderedObject
	// names are of the add-ons that are deployed in the end.
	names []string
}

// renderedObject is what the manager makes for an add-on.
type renderedObject struct{ path, body string }

// create creates an Addon.
func (e *emission) create(ctx context.Context, connection *load.Connection, name, cluster, template string) error {
	if err := e.bench.create(ctx, connection, addonsPath, newAddon(name, cluster, template)); err != nil {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	return nil
}

// wait waits until the release of an add-on is there.
func (e *emission) wait(ctx context.Context, name string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, emissionPatience)
	defer cancel()
	return e.observer.whenReady(ctx, name)
}

// oneByOne measures add-ons that come calmly, each until its release is there.
func (e *emission) oneByOne(ctx context.Context) error {
	b := e.bench
	single := func(n int) string { return fmt.Sprintf("single-%04d", n) }
	through := load.Job{Endpoint: b.admin, Do: func(ctx context.Context, connection *load.Connection, n int) error {
		if err := e.create(ctx, connection, single(n), tenant(n%tenants), cceTemplate); err != nil {
			return err
		}
		begin := time.Now()
		at, err := e.wait(ctx, single(n))
		e.emitted[n] = max(0, at.Sub(begin))
		return err
	}}
	for n := range emissions {
		e.names = append(e.names, single(n))
	}
	calmly, err := b.measure(ctx, "emission", func(ctx context.Context) (load.Result, error) {
		return load.Open(ctx, through, emissionRate, creators, load.Extent{Count: emissions})
	})
	if err != nil {
		return err
	}
	if err := e.learn(ctx, single(0)); err != nil {
		return err
	}
	raw, err := b.measure(ctx, "raw emission", func(ctx context.Context) (load.Result, error) {
		return load.Open(ctx, e.rawJob("raw-single"), emissionRate, creators, load.Extent{Count: emissions})
	})
	if err != nil {
		return err
	}
	b.note("addons", fmt.Sprintf("Addon until its release is there, %d/s", emissionRate), calmly)
	b.note("addons", fmt.Sprintf("its objects, raw, %d/s", emissionRate), raw)
	slices.Sort(e.emitted)
	r := load.Result{Latencies: e.emitted}
	const target = 20 * time.Millisecond
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "addons", What: "Addon → HelmRelease, one by one", Target: fmt.Sprintf("p50 ≤ %s", target), Met: r.Percentile(0.5) <= target,
		Measured: fmt.Sprintf("p50 %.2f ms, p99 %.2f ms; written for %d: %s", milliseconds(r.Percentile(0.5)), milliseconds(r.Percentile(0.99)), calmly.Count(), calmly.writes),
		Ratio:    times(milliseconds(r.Percentile(0.5)), milliseconds(raw.Percentile(0.5))) + " p50",
		Against:  fmt.Sprintf("its %d objects created raw, p50 %.2f ms", len(e.rendered), milliseconds(raw.Percentile(0.5))),
	})
	return nil
}

// learn looks at what the manager made for an add-on.
func (e *emission) learn(ctx context.Context, name string) error {
	for _, path := range []string{chartsPath, secretsPath, releasesPath} {
		objects, err := list[map[string]any](ctx, e.bench, path)
		if err != nil {
			return err
		}
		for _, object := range objects {
			if !strings.HasPrefix(nameOf(object), name) {
				continue
			}
			bare := bareObject(object)
			delete(bare["metadata"].(map[string]any), "ownerReferences")
			if path == secretsPath {
				bare["apiVersion"], bare["kind"] = "v1", "Secret" // lists leave it out
			}
			e.rendered = append(e.rendered, renderedObject{path: path, body: strings.ReplaceAll(string(mustJSON(bare)), name, openName)})
		}
	}
	if len(e.rendered) == 0 {
		return fmt.Errorf("nothing was made for %s", name)
	}
	return nil
}

// rawJob creates the objects of add-ons straight in the kube-apiserver, one after the other.
func (e *emission) rawJob(prefix string) load.Job {
	return load.Job{Endpoint: e.bench.admin, Do: func(ctx context.Context, connection *load.Connection, n int) error {
		name := fmt.Sprintf("%s-%04d", prefix, n)
		for _, object := range e.rendered {
			body := []byte(strings.ReplaceAll(object.body, openName, name))
			if err := do(ctx, connection, e.bench.admin.Request(http.MethodPost, object.path, body), nil); err != nil {
				return fmt.Errorf("creating an object of %s: %w", name, err)
			}
		}
		return nil
	}}
}

// atOnce measures many add-ons that come together.
func (e *emission) atOnce(ctx context.Context) error {
	b := e.bench
	one := func(n int) string { return fmt.Sprintf("burst-%04d", n) }
	job := load.Job{Endpoint: b.admin, Do: func(ctx context.Context, connection *load.Connection, n int) error {
		return e.create(ctx, connection, one(n), tenant(n%tenants), cceTemplate)
	}}
	through, err := b.measure(ctx, "burst", func(ctx context.Context) (load.Result, error) {
		begin := time.Now()
		result, err := load.Closed(ctx, job, bursters, load.Extent{Count: burst})
		if err != nil {
			return result, err
		}
		last := begin
		for n := range burst {
			at, err := e.wait(ctx, one(n))
			if err != nil {
				return result, err
			}
			if at.After(last) {
				last = at
			}
		}
		result.Elapsed = last.Sub(begin)
		return result, nil
	})
	if err != nil {
		return err
	}
	raw, err := b.measure(ctx, "raw burst", func(ctx context.Context) (load.Result, error) {
		return load.Closed(ctx, e.rawJob("raw-burst"), bursters, load.Extent{Count: burst})
	})
	if err != nil {
		return err
	}
	b.note("addons", fmt.Sprintf("%d Addons at once, until all releases are there", burst), through)
	b.note("addons", "their objects, raw", raw)
	const target = 100
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "addons", What: fmt.Sprintf("%d at once over %d clusters", burst, tenants), Target: fmt.Sprintf("≥ %d/s", target),
		Met:      through.Rate() >= target,
		Measured: fmt.Sprintf("%.0f/s, %.2f ms CPU; written: %s", through.Rate(), through.per(managerName, "kube-apiserver", "etcd"), through.writes),
		Ratio:    times(through.per(managerName, "kube-apiserver", "etcd"), raw.per("kube-apiserver", "etcd")) + " CPU",
		Against:  fmt.Sprintf("their objects created raw, %.0f/s, %.2f ms", raw.Rate(), raw.per("kube-apiserver", "etcd")),
	})
	return nil
}

// inChains measures how long after one level of a chain of dependencies is ready the next one is emitted.
func (e *emission) inChains(ctx context.Context) error {
	b := e.bench
	var mu sync.Mutex
	var steps []time.Duration
	link := func(n, level int) string { return fmt.Sprintf("chain-%02d-%d", n, level) }
	err := b.each(ctx, chains, func(ctx context.Context, connection *load.Connection, n int) error {
		// The last comes first, so that all but the first have to wait.
		for level := levels; level >= 1; level-- {
			if err := e.create(ctx, connection, link(n, level), tenant(n), templateOf(level)); err != nil {
				return err
			}
		}
		for level := 1; level <= levels; level++ {
			begin := time.Now()
			at, err := e.wait(ctx, link(n, level))
			if err != nil {
				return err
			}
			if level > 1 {
				mu.Lock()
				steps = append(steps, max(0, at.Sub(begin)))
				mu.Unlock()
			}
			if err := b.deploy(ctx, connection, link(n, level)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(steps)
	r := load.Result{Latencies: steps}
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "addons", What: fmt.Sprintf("%d chains of %d: level ready → next release", chains, levels), Target: "≤ 1 s",
		Met:      r.Percentile(1) <= time.Second,
		Measured: fmt.Sprintf("p50 %.1f ms, at most %.1f ms", milliseconds(r.Percentile(0.5)), milliseconds(r.Percentile(1))),
	})
	return nil
}

// atRest has the releases of the add-ons that came one by one installed too, and demands that nothing is written any more, also not
// about the many that go on waiting for Flux.
func (e *emission) atRest(ctx context.Context) error {
	b := e.bench
	err := b.each(ctx, len(e.names), func(ctx context.Context, connection *load.Connection, i int) error {
		return b.deploy(ctx, connection, e.names[i])
	})
	if err != nil {
		return err
	}
	if _, err := b.quietWithin(ctx, emissionPatience); err != nil {
		return err
	}
	idle, err := b.measure(ctx, "addons idle", func(context.Context) (load.Result, error) {
		begin := time.Now()
		time.Sleep(2 * b.options.seconds)
		return load.Result{Elapsed: time.Since(begin)}, nil
	})
	if err != nil {
		return err
	}
	rest := steadyOutcome(fmt.Sprintf("%d add-ons are deployed and %d wait", len(e.names)+chains*levels, burst), idle, fmt.Sprintf("in %.0f s", idle.Elapsed.Seconds()))
	rest.Name = "addons"
	b.report.Rows = append(b.report.Rows, rest)
	return nil
}
