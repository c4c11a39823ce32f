package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	// reportsEach is how many reports a second the row about latency makes.
	reportsEach = 20
	// flipper is the adapter whose report decides in this row.
	flipper = "validation"
)

// measureReport measures how long it takes from a report until Ready shows it: to the one who reported, and to a watch of the
// custom resource. Everything else is at rest.
func measureReport(ctx context.Context, b *bench) error {
	raw, err := b.rawPairs(ctx)
	if err != nil {
		return err
	}
	if err := b.want(ctx, []string{facadeName, managerName}); err != nil {
		return err
	}
	count := min(len(b.fleet.members)/4, int(4*b.options.seconds.Seconds()*reportsEach))
	for n := range count {
		b.fleet.member(n).say(flipper, false)
	}
	if _, err := load.Closed(ctx, b.reporting(), readers, load.Extent{Count: count}); err != nil {
		return fmt.Errorf("making clusters not ready: %w", err)
	}
	if _, err := b.quiet(ctx); err != nil {
		return err
	}
	o, err := b.observe(ctx, clustersPath, readyNow)
	if err != nil {
		return err
	}
	v := &visibility{bench: b, observer: o, shown: make([]time.Duration, count), watched: make([]time.Duration, count)}
	facade, err := b.measure(ctx, "report", func(ctx context.Context) (load.Result, error) {
		return load.Open(ctx, load.Job{Endpoint: b.rest, Do: v.report}, reportsEach, creators, load.Extent{Count: count})
	})
	if err != nil {
		return err
	}
	if err := o.close(); err != nil {
		return err
	}
	b.note("report", fmt.Sprintf("facade, POST and GET, %d/s", reportsEach), facade)
	b.note("report", fmt.Sprintf("kube-apiserver, both patches, %d/s", reportsEach), raw.calm)
	b.judgeReport("until GET shows it", v.shown, facade, raw.calm)
	b.judgeReport("until a watch shows it", v.watched, facade, raw.calm)
	return nil
}

func (b *bench) judgeReport(what string, latencies []time.Duration, facade, raw measured) {
	const p50, p99 = 10 * time.Millisecond, 50 * time.Millisecond
	slices.Sort(latencies)
	r := load.Result{Latencies: latencies}
	b.report.Rows = append(b.report.Rows, outcome{
		Name: "report", What: what, Target: fmt.Sprintf("p50 ≤ %s, p99 ≤ %s", p50, p99),
		Met:      r.Percentile(0.5) <= p50 && r.Percentile(0.99) <= p99,
		Measured: fmt.Sprintf("p50 %.2f ms, p99 %.2f ms; written for %d: %s", milliseconds(r.Percentile(0.5)), milliseconds(r.Percentile(0.99)), facade.Count(), facade.writes),
		Ratio:    times(milliseconds(r.Percentile(0.5)), milliseconds(raw.Percentile(0.5))) + " p50",
		Against:  fmt.Sprintf("both raw patches, p50 %.2f ms, p99 %.2f ms", milliseconds(raw.Percentile(0.5)), milliseconds(raw.Percentile(0.99))),
	})
}

// say replaces a report in what should be stored.
func (m *member) say(adapter string, available bool) *fleetv1.Report {
	before := m.reports[adapter].Report
	after := newReportOf(adapter, available, m.object.Generation, time.Now())
	after.CreatedTime = before.CreatedTime
	for i := range after.Conditions {
		if old := before.Condition(after.Conditions[i].Type); old != nil && old.Status == after.Conditions[i].Status {
			after.Conditions[i].LastTransitionTime = old.LastTransitionTime
		}
	}
	m.reports[adapter].Report = after
	return after
}

// reporting sends, for each member in turn, the report of the deciding adapter that should be stored.
func (b *bench) reporting() load.Job {
	return load.Job{
		Endpoint: b.rest, Patient: true,
		Make: func(n int) []byte {
			m := b.fleet.member(n)
			return b.rest.Request(http.MethodPost, m.path()+"/statuses", wire(flipper, m.reports[flipper].Report))
		},
		Check: stored,
	}
}

// stored expects that a report was stored.
func stored(_ int, answer load.Answer) error {
	if answer.Status != http.StatusCreated {
		return fmt.Errorf("a report was answered with status %d: %.300s", answer.Status, answer.Body)
	}
	return nil
}

// visibility measures when reports show.
type visibility struct {
	bench    *bench
	observer *observer
	// shown and watched are latencies by number.
	shown, watched []time.Duration
}

// report makes the n-th cluster ready, waits until GET says so, and until the watch does.
func (v *visibility) report(ctx context.Context, connection *load.Connection, n int) error {
	m := v.bench.fleet.member(n)
	report := m.say(flipper, true)
	post := v.bench.rest.Request(http.MethodPost, m.path()+"/statuses", wire(flipper, report))
	get := v.bench.rest.Request(http.MethodGet, m.path(), nil)
	begin := time.Now()
	if err := do(ctx, connection, post, nil); err != nil {
		return fmt.Errorf("reporting: %w", err)
	}
	for {
		answer, err := connection.Do(ctx, get)
		if err != nil {
			return err
		}
		v.shown[n] = time.Since(begin)
		ready, err := readyIn(answer.Body)
		if err != nil {
			return err
		}
		if ready {
			break
		}
	}
	at, err := v.observer.whenReady(ctx, m.object.Name)
	v.watched[n] = at.Sub(begin)
	return err
}

// readyIn tells whether a Cluster as HyperFleet shows it is Ready.
func readyIn(body []byte) (bool, error) {
	var cluster struct {
		Status struct {
			Conditions []struct{ Type, Status string } `json:"conditions"`
		} `json:"status"`
	}
	if err := json.Unmarshal(body, &cluster); err != nil {
		return false, fmt.Errorf("decoding a Cluster: %w: %.300s", err, body)
	}
	for _, c := range cluster.Status.Conditions {
		if c.Type == fleetv1.ConditionReady {
			return c.Status == "True", nil
		}
	}
	return false, nil
}
