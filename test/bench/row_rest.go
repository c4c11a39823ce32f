package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	// coldStart is the target for the time until a service does its work.
	coldStart = 15 * time.Second
	// settling is how long a service rests before its memory is read.
	settling = 10 * time.Second
	kilo     = 1 << 10
)

// facadeMemory and managerMemory are the targets in bytes per cluster.
var memoryTargets = map[string]int64{facadeName: 30 * kilo, managerName: 60 * kilo}

// measureStart measures how long the services take to do their work when they find the whole fleet.
func measureStart(ctx context.Context, b *bench) error {
	least, err := b.readEverything(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{facadeName, managerName} {
		before, err := b.cpu()
		if err != nil {
			return err
		}
		took, err := b.start(ctx, name)
		if err != nil {
			return err
		}
		after, err := b.cpu()
		if err != nil {
			return err
		}
		b.report.Rows = append(b.report.Rows, outcome{
			Name: "start", What: name + " ready", Target: fmt.Sprintf("≤ %s", coldStart), Met: took <= coldStart,
			Measured: fmt.Sprintf("%.2f s, %.1f s CPU", took.Seconds(), after[name].Seconds()),
			Ratio:    times(took.Seconds(), least.Seconds()), Against: "reading all objects",
		})
		b.say("  %s is ready after %s; kube-apiserver used %s CPU", name, took.Round(time.Millisecond), after["kube-apiserver"]-before["kube-apiserver"])
	}
	return nil
}

// readEverything is how long it takes to read all Clusters and reports from the kube-apiserver without looking at them.
func (b *bench) readEverything(ctx context.Context) (time.Duration, error) {
	connection := load.NewConnection(b.admin)
	defer connection.Close()
	begin := time.Now()
	for _, path := range []string{clustersPath, reportsPath} {
		if err := do(ctx, connection, b.admin.Request(http.MethodGet, path+"?resourceVersion=0", nil), nil); err != nil {
			return 0, fmt.Errorf("reading %s: %w", path, err)
		}
	}
	return time.Since(begin), nil
}

// measureEmpty reads the memory of the services when there is nothing, for measureMemory to subtract.
func (b *bench) measureEmpty(ctx context.Context) error {
	for _, row := range b.options.rows {
		if row.name != "memory" {
			continue
		}
		if err := b.want(ctx, row.needs); err != nil {
			return err
		}
		if err := b.rested(ctx, "without clusters"); err != nil {
			return err
		}
		return b.want(ctx, nil)
	}
	return nil
}

// rested lets the services settle and reads their memory.
func (b *bench) rested(ctx context.Context, when string) error {
	time.Sleep(settling)
	return b.noteMemory(ctx, when)
}

func (b *bench) noteMemory(ctx context.Context, when string) error {
	for _, name := range []string{facadeName, managerName} {
		p := b.running[name]
		if p == nil {
			continue
		}
		line := memoryLine{When: when, Process: name}
		var err error
		if line.Resident, line.Peak, err = resident(p.PID); err != nil {
			return err
		}
		samples, err := scrape(ctx, b.services[name].metrics, "go_memstats_heap_inuse_bytes", "go_memstats_heap_alloc_bytes")
		if err != nil {
			return err
		}
		for _, s := range samples {
			if s.name == "go_memstats_heap_inuse_bytes" {
				line.HeapUsed = int64(s.value)
			} else {
				line.HeapLive = int64(s.value)
			}
		}
		b.report.Memory = append(b.report.Memory, line)
	}
	return nil
}

// measureMemory reads the memory of the services that have the fleet, and says how much of it each cluster takes.
func measureMemory(ctx context.Context, b *bench) error {
	if _, err := b.quiet(ctx); err != nil {
		return err
	}
	const when = "with all clusters, at rest"
	if err := b.rested(ctx, when); err != nil {
		return err
	}
	stored, err := b.storedBytes(ctx)
	if err != nil {
		return err
	}
	b.judgeMemory(when, stored)
	return nil
}

func (b *bench) judgeMemory(when string, stored int) {
	empty := map[string]int64{}
	for _, line := range b.report.Memory {
		if line.When != when {
			empty[line.Process] = line.Resident
			continue
		}
		each := (line.Resident - empty[line.Process]) / int64(b.options.clusters)
		b.report.Rows = append(b.report.Rows, outcome{
			Name: "memory", What: line.Process + ", per cluster", Target: fmt.Sprintf("≤ %d kB", memoryTargets[line.Process]/kilo),
			Met:      each <= memoryTargets[line.Process],
			Measured: fmt.Sprintf("%.1f kB (%d MB in all)", float64(each)/kilo, line.Resident>>20),
			Ratio:    times(float64(each), float64(stored)), Against: fmt.Sprintf("its objects as JSON, %.1f kB", float64(stored)/kilo),
		})
	}
}

// storedBytes is how long the JSON of a cluster and its reports is on average, without managed fields.
func (b *bench) storedBytes(ctx context.Context) (int, error) {
	total := 0
	for _, path := range []string{clustersPath, reportsPath} {
		objects, err := list[map[string]any](ctx, b, path)
		if err != nil {
			return 0, err
		}
		for _, object := range objects {
			delete(object["metadata"].(map[string]any), "managedFields")
			content, err := json.Marshal(object)
			if err != nil {
				return 0, fmt.Errorf("encoding an object: %w", err)
			}
			total += len(content)
		}
	}
	return total / len(b.fleet.members), nil
}

// measureSteady expects that nobody writes anything when nothing happens, nor when adapters repeat what they said.
func measureSteady(ctx context.Context, b *bench) error {
	start, err := b.quiet(ctx)
	if err != nil {
		return err
	}
	idle, err := b.measure(ctx, "steady idle", func(context.Context) (load.Result, error) {
		begin := time.Now()
		time.Sleep(2 * b.options.seconds)
		return load.Result{Elapsed: time.Since(begin)}, nil
	})
	if err != nil {
		return err
	}
	repeated, err := b.measure(ctx, "steady heartbeats", func(ctx context.Context) (load.Result, error) {
		return load.Open(ctx, b.heartbeats(), modest, readers, load.Extent{Duration: 2 * b.options.seconds})
	})
	if err != nil {
		return err
	}
	b.note("steady", fmt.Sprintf("repeated reports, %d/s", modest), repeated)
	asleep := func(names ...string) float64 {
		var total time.Duration
		for _, name := range names {
			total += idle.cpu[name]
		}
		return milliseconds(total) / idle.Elapsed.Seconds()
	}
	b.report.Rows = append(b.report.Rows,
		steadyOutcome("nothing happens", idle, fmt.Sprintf("in %.0f s; %s after the start", idle.Elapsed.Seconds(), start)),
		steadyOutcome("adapters repeat reports", repeated, fmt.Sprintf("in %.0f s, %d reports", repeated.Elapsed.Seconds(), repeated.Count())),
		outcome{
			Name: "steady", What: "CPU at rest, facade and manager", Target: "-", Met: true,
			Measured: fmt.Sprintf("%.1f ms a second", asleep(facadeName, managerName)),
			Ratio:    times(asleep(facadeName, managerName), asleep("kube-apiserver", "etcd")), Against: "kube-apiserver and etcd at rest",
		})
	return nil
}

func steadyOutcome(what string, m measured, extent string) outcome {
	o := outcome{
		Name: "steady", What: "writes while " + what, Target: "0", Met: m.writes.total() == 0,
		Measured: fmt.Sprintf("%d %s", m.writes.total(), extent),
	}
	if !o.Met {
		o.Wrong = []string{"written: " + m.writes.String()}
	}
	return o
}

// heartbeats repeats the stored reports, with a later time.
func (b *bench) heartbeats() load.Job {
	return load.Job{Endpoint: b.rest, Make: func(n int) []byte {
		m, adapter := b.fleet.member(n), adapters[n%len(adapters)]
		report := m.reports[adapter].Report.DeepCopy()
		report.ObservedTime.Time = time.Now().UTC().Truncate(time.Second)
		return b.rest.Request(http.MethodPost, m.path()+"/statuses", wire(adapter, report))
	}, Check: func(_ int, answer load.Answer) error {
		if answer.Status != http.StatusCreated {
			return fmt.Errorf("a repeated report was answered with status %d: %.300s", answer.Status, answer.Body)
		}
		return nil
	}}
}
