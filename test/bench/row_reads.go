package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	readers = 16
	// modest is the rate of open loads: so many requests per second that nobody waits for a core.
	modest = 200
)

// reading is a kind of read, and what it is compared with.
type reading struct {
	row string
	// facade and raw make the n-th request to the facade and to the kube-apiserver.
	facade, raw func(n int) []byte
	// check holds the n-th answer of the facade against what is right.
	check func(n int, answer load.Answer) error
	// what the kube-apiserver is asked for, in words.
	rawWhat string
	// rate and slowest are the targets: requests per second, and the 99th percentile, zero for none.
	rate    float64
	slowest time.Duration
}

func measureGet(ctx context.Context, b *bench) error {
	members := b.fleet.members
	requests, raw, names := make([][]byte, len(members)), make([][]byte, len(members)), make([][]byte, len(members))
	for i := range members {
		m := b.fleet.member(i)
		requests[i] = b.rest.Request(http.MethodGet, m.path(), nil)
		raw[i] = b.raw.Request(http.MethodGet, clustersPath+"/"+m.object.Name, nil)
		names[i] = []byte(m.object.Name)
	}
	return b.measureReads(ctx, reading{
		row: "get", rate: 10_000, rawWhat: "the same objects",
		facade: func(n int) []byte { return requests[n%len(requests)] },
		raw:    func(n int) []byte { return raw[n%len(raw)] },
		check: func(n int, answer load.Answer) error {
			if answer.Status != http.StatusOK || !bytes.Contains(answer.Body, names[n%len(names)]) {
				return fmt.Errorf("status %d, or not %s: %.300s", answer.Status, names[n%len(names)], answer.Body)
			}
			return nil
		},
	})
}

func measureList(ctx context.Context, b *bench) error {
	pages := max(1, len(b.fleet.members)/100)
	return b.measureReads(ctx, reading{
		row: "list", rate: 2_000, rawWhat: "a list of 100",
		facade: b.requests(pages, func(n int) string { return fmt.Sprintf("/clusters?page=%d&pageSize=100", n+1) }),
		raw:    func(int) []byte { return b.raw.Request(http.MethodGet, clustersPath+"?limit=100", nil) },
		check:  hasTotal(len(b.fleet.members)),
	})
}

func measureSearch(ctx context.Context, b *bench) error {
	ready := func(wanted func(i int) bool) int {
		count := 0
		for i := range b.fleet.members {
			if wanted(i) && i%10 != 9 {
				count++
			}
		}
		return count
	}
	one := "status.conditions.Ready='True' and labels.environment='production'"
	err := b.measureReads(ctx, reading{
		row: "search", rate: 1_000, slowest: 20 * time.Millisecond, rawWhat: "a list of 100 by label",
		facade: b.requests(1, func(int) string { return "/clusters?pageSize=100&search=" + url.QueryEscape(one) }),
		raw: func(int) []byte {
			return b.raw.Request(http.MethodGet, clustersPath+"?limit=100&labelSelector=environment%3Dproduction", nil)
		},
		check: hasTotal(ready(func(i int) bool { return i%3 == 0 })),
	})
	if err != nil {
		return err
	}
	few := func(n int) string { return fmt.Sprintf("labels.shard='%d' and status.conditions.Ready='True'", n*10) }
	return b.measureReads(ctx, reading{
		row: "search few", rate: 1_000, slowest: 20 * time.Millisecond,
		facade: b.requests(10, func(n int) string { return "/clusters?pageSize=100&search=" + url.QueryEscape(few(n)) }),
		check:  hasTotal(ready(func(i int) bool { return i%100 == 0 })),
	})
}

// requests makes some requests to the facade beforehand.
func (b *bench) requests(count int, path func(n int) string) func(n int) []byte {
	made := make([][]byte, count)
	for n := range made {
		made[n] = b.rest.Request(http.MethodGet, base+path(n), nil)
	}
	return func(n int) []byte { return made[n%len(made)] }
}

// hasTotal expects a list of so many matches. It looks at the beginning only, where the dialect puts the number.
func hasTotal(total int) func(int, load.Answer) error {
	want := fmt.Appendf(nil, `"total":%d,`, total)
	return func(_ int, answer load.Answer) error {
		if answer.Status != http.StatusOK || !bytes.Contains(answer.Body[:min(len(answer.Body), 200)], want) {
			return fmt.Errorf("status %d, or not %s: %.300s", answer.Status, want, answer.Body)
		}
		return nil
	}
}

// measureReads measures a kind of read: its rate against a bare server with the same bytes, what it costs the kube-apiserver to
// do the like, and the latency at a modest rate.
func (b *bench) measureReads(ctx context.Context, r reading) error {
	bare, err := b.prepareReads(ctx, r)
	if err != nil {
		return err
	}
	facade := load.Job{Endpoint: b.rest, Make: r.facade, Check: r.check}
	closed := func(job load.Job) func(context.Context, int) (load.Result, error) {
		return func(ctx context.Context, turn int) (load.Result, error) {
			return load.Closed(ctx, job, readers, load.Extent{Duration: b.options.seconds / 2, From: turn * 1_000})
		}
	}
	fast, least, err := b.abab(ctx, 2, side{r.row + " facade", closed(facade)}, side{r.row + " bare", closed(bare)})
	if err != nil {
		return err
	}
	b.note(r.row, "facade", fast)
	b.note(r.row, "bare handler, same bytes", least)
	raw, err := b.measureRaw(ctx, r)
	if err != nil {
		return err
	}
	slow, leastSlow, err := b.abab(ctx, 1,
		side{r.row + " facade at ease", b.atEase(facade)}, side{r.row + " bare at ease", b.atEase(bare)})
	if err != nil {
		return err
	}
	b.note(r.row, fmt.Sprintf("facade, %d/s", modest), slow)
	b.note(r.row, fmt.Sprintf("bare handler, %d/s", modest), leastSlow)
	b.judgeReads(r, readings{fast: fast, least: least, raw: raw, slow: slow, leastSlow: leastSlow})
	return nil
}

func (b *bench) atEase(job load.Job) func(context.Context, int) (load.Result, error) {
	return func(ctx context.Context, _ int) (load.Result, error) {
		return load.Open(ctx, job, modest, readers, load.Extent{Duration: b.options.seconds})
	}
}

// prepareReads gives the bare server the facade's first answer, and lets the facade warm up.
func (b *bench) prepareReads(ctx context.Context, r reading) (load.Job, error) {
	connection := load.NewConnection(b.rest)
	defer connection.Close()
	var answer json.RawMessage
	if err := do(ctx, connection, r.facade(0), &answer); err != nil {
		return load.Job{}, fmt.Errorf("asking for the first time: %w", err)
	}
	name := strings.ReplaceAll(r.row, " ", "-")
	if err := os.WriteFile(filepath.Join(b.dir, "answers", name+".json"), answer, 0o600); err != nil {
		return load.Job{}, fmt.Errorf("writing an answer for the bare server: %w", err)
	}
	bare := b.rest
	bare.Address = b.services[bareName].ready.Address
	request := bare.Request(http.MethodGet, "/"+name, nil)
	_, err := load.Closed(ctx, load.Job{Endpoint: b.rest, Make: r.facade, Check: r.check}, readers,
		load.Extent{Count: len(b.fleet.members), Duration: b.options.seconds})
	return load.Job{Endpoint: bare, Make: func(int) []byte { return request }}, err
}

func (b *bench) measureRaw(ctx context.Context, r reading) (measured, error) {
	if r.raw == nil {
		return measured{}, nil
	}
	m, err := b.measure(ctx, r.row+" raw", func(ctx context.Context) (load.Result, error) {
		return load.Closed(ctx, load.Job{Endpoint: b.raw, Make: r.raw}, readers, load.Extent{Duration: b.options.seconds / 2})
	})
	if err != nil {
		return m, err
	}
	b.note(r.row, "kube-apiserver, "+r.rawWhat, m)
	return m, nil
}

// readings are the measurements of one kind of read.
type readings struct{ fast, least, raw, slow, leastSlow measured }

func (b *bench) judgeReads(r reading, m readings) {
	rate := outcome{
		Name: r.row, What: "rate", Target: fmt.Sprintf("≥ %.0f/s on 2 cores", r.rate), Met: m.fast.Rate() >= r.rate,
		Measured: fmt.Sprintf("%.0f/s, %.3f ms CPU each", m.fast.Rate(), m.fast.per(facadeName)),
		Ratio:    times(m.fast.per(facadeName), m.least.per(bareName)) + " CPU", Against: "bare handler",
	}
	b.report.Rows = append(b.report.Rows, rate)
	if r.raw != nil {
		b.report.Rows = append(b.report.Rows, outcome{
			Name: r.row, What: "CPU, all processes", Target: "less than raw", Met: m.fast.per() < m.raw.per(),
			Measured: fmt.Sprintf("%.3f ms", m.fast.per()), Ratio: times(m.fast.per(), m.raw.per()), Against: "kube-apiserver, " + r.rawWhat,
		})
	}
	slowest := outcome{
		Name: r.row, What: fmt.Sprintf("p99 at %d/s", modest), Target: "-", Met: true,
		Measured: fmt.Sprintf("%.2f ms", milliseconds(m.slow.Percentile(0.99))),
		Ratio:    times(milliseconds(m.slow.Percentile(0.99)), milliseconds(m.leastSlow.Percentile(0.99))), Against: "bare handler",
	}
	if r.slowest > 0 {
		slowest.Target, slowest.Met = "≤ "+r.slowest.String(), m.slow.Percentile(0.99) <= r.slowest
	}
	both := join(m.fast, m.slow)
	asked := outcome{
		Name: r.row, What: "kube-apiserver calls", Target: "0", Met: both.calls.Reads == 0,
		Measured: fmt.Sprintf("%d in %d requests, and %d cached reviews", both.calls.Reads, both.Count(), both.calls.Reviews),
	}
	if both.calls.Reads > 0 {
		asked.Wrong = []string{fmt.Sprintf("the facade read from the kube-apiserver, for example %s", both.calls.example)}
	}
	b.report.Rows = append(b.report.Rows, slowest, asked)
}
