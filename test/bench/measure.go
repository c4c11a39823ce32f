package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/slipway-dev/slipway/test/bench/load"
)

// measured is a load with what it cost.
type measured struct {
	load.Result
	// cpu is the CPU time of each process meanwhile, this one included.
	cpu map[string]time.Duration
	// calls is what the facade asked of the kube-apiserver, writes what was written.
	calls  calls
	writes writes
}

// measure runs a load and says what it cost. Reading the counters before and after is not in it.
func (b *bench) measure(ctx context.Context, what string, run func(context.Context) (load.Result, error)) (measured, error) {
	writesBefore, err := b.writes(ctx)
	if err != nil {
		return measured{}, err
	}
	if _, err := b.audit.take(); err != nil {
		return measured{}, err
	}
	profiled := b.profile(ctx, what)
	before, err := b.cpu()
	if err != nil {
		return measured{}, err
	}
	var m measured
	if m.Result, err = run(ctx); err != nil {
		return m, fmt.Errorf("load %q: %w", what, err)
	}
	if m.cpu, err = b.cpu(); err != nil {
		return m, err
	}
	for name := range m.cpu {
		m.cpu[name] -= before[name]
	}
	if err := <-profiled; err != nil {
		return m, err
	}
	writesAfter, err := b.writes(ctx)
	if err != nil {
		return m, err
	}
	m.writes = writesAfter.since(writesBefore)
	m.calls, err = b.audit.take()
	return m, err
}

// cpu returns the CPU time of every process so far.
func (b *bench) cpu() (map[string]time.Duration, error) {
	pids, err := b.pids()
	if err != nil {
		return nil, err
	}
	used := map[string]time.Duration{}
	for name, pid := range pids {
		if used[name], err = cpuTime(pid); err != nil {
			return nil, err
		}
	}
	used[generatorName], err = ownCPUTime()
	return used, err
}

// per returns the CPU milliseconds per request of some processes together; of all but this one if none is named.
func (m measured) per(names ...string) float64 {
	if m.Count() == 0 {
		return 0
	}
	var total time.Duration
	for _, name := range names {
		total += m.cpu[name]
	}
	if len(names) == 0 {
		for name, used := range m.cpu {
			if name != generatorName {
				total += used
			}
		}
	}
	return milliseconds(total) / float64(m.Count())
}

// join puts measurements of the same load together.
func join(parts ...measured) measured {
	whole := measured{cpu: map[string]time.Duration{}, writes: writes{}}
	for _, part := range parts {
		whole.Result = load.Join(whole.Result, part.Result)
		for name, used := range part.cpu {
			whole.cpu[name] += used
		}
		for what, count := range part.writes {
			whole.writes[what] += count
		}
		whole.calls.Reads += part.calls.Reads
		whole.calls.Watches += part.calls.Watches
		whole.calls.Reviews += part.calls.Reviews
		if part.calls.example != "" {
			whole.calls.example = part.calls.example
		}
	}
	return whole
}

// note adds a load to the report.
func (b *bench) note(row, what string, m measured) {
	line := loadLine{
		Row: row, What: what, Requests: m.Count(), Repeated: m.Repeated, PerSecond: m.Rate(),
		P50: milliseconds(m.Percentile(0.5)), P99: milliseconds(m.Percentile(0.99)),
		CPU: map[string]float64{}, Calls: m.calls, Writes: m.writes,
	}
	for name := range m.cpu {
		line.CPU[name] = m.per(name)
	}
	b.report.Loads = append(b.report.Loads, line)
}

// profile writes a CPU profile of the facade during a load, if that is wanted. The channel delivers its error once.
func (b *bench) profile(ctx context.Context, what string) <-chan error {
	done := make(chan error, 1)
	if b.options.profile == "" || b.running[facadeName] == nil {
		done <- nil
		return done
	}
	b.loads++
	file := filepath.Join(b.options.profile, fmt.Sprintf("%02d-%s.pprof", b.loads, strings.ReplaceAll(what, " ", "-")))
	go func() { done <- b.writeProfile(ctx, file) }()
	return done
}

func (b *bench) writeProfile(ctx context.Context, file string) error {
	endpoint := b.services[facadeName].metrics
	connection := load.NewConnection(endpoint)
	defer connection.Close()
	seconds := max(1, int(b.options.seconds.Seconds()))
	answer, err := connection.Do(ctx, endpoint.Request(http.MethodGet, fmt.Sprintf("/debug/pprof/profile?seconds=%d", seconds), nil))
	if err != nil {
		return fmt.Errorf("profiling the facade: %w", err)
	}
	if answer.Status != http.StatusOK {
		return fmt.Errorf("profiling the facade: answered with status %d: %.300s", answer.Status, answer.Body)
	}
	if err := os.MkdirAll(b.options.profile, 0o755); err != nil {
		return fmt.Errorf("making a folder for profiles: %w", err)
	}
	if err := os.WriteFile(file, answer.Body, 0o644); err != nil {
		return fmt.Errorf("writing a profile: %w", err)
	}
	return nil
}

// abab runs two loads in turns, so that a drift of the machine hits both alike.
func (b *bench) abab(ctx context.Context, turns int, first, second side) (measured, measured, error) {
	var parts [2][]measured
	for turn := range turns {
		for i, s := range []side{first, second} {
			m, err := b.measure(ctx, s.what, func(ctx context.Context) (load.Result, error) { return s.run(ctx, turn) })
			if err != nil {
				return measured{}, measured{}, err
			}
			parts[i] = append(parts[i], m)
		}
	}
	return join(parts[0]...), join(parts[1]...), nil
}

// side is one of two loads that are compared. Each turn gets its number.
type side struct {
	what string
	run  func(ctx context.Context, turn int) (load.Result, error)
}
