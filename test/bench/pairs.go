package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

// pairs is what the reports are compared with: the two writes that a report which changes a condition cannot do without, made
// straight to the kube-apiserver, calmly and as fast as it goes.
type pairs struct{ calm, fast measured }

// rawPairs measures them, once. The manager must not run: it might write the status first.
func (b *bench) rawPairs(ctx context.Context) (pairs, error) {
	if b.pairs != nil {
		return *b.pairs, nil
	}
	if err := b.want(ctx, []string{facadeName}); err != nil {
		return pairs{}, err
	}
	job := load.Job{Endpoint: b.admin, Do: b.rawReport}
	members := len(b.fleet.members)
	var measuredPairs pairs
	var err error
	calm := load.Extent{Count: min(members/8, int(4*b.options.seconds.Seconds()*reportsEach)), From: members / 2}
	measuredPairs.calm, err = b.measure(ctx, "both patches calm", func(ctx context.Context) (load.Result, error) {
		return load.Open(ctx, job, reportsEach, creators, calm)
	})
	if err != nil {
		return pairs{}, err
	}
	fast := load.Extent{Count: min(members/8, 1000), From: members/2 + calm.Count}
	measuredPairs.fast, err = b.measure(ctx, "both patches", func(ctx context.Context) (load.Result, error) {
		return load.Closed(ctx, job, stormers, fast)
	})
	b.pairs = &measuredPairs
	return measuredPairs, err
}

// rawReport turns the report of the deciding adapter about the n-th cluster: it stores the report, and the status that follows.
func (b *bench) rawReport(ctx context.Context, connection *load.Connection, n int) error {
	m := b.fleet.member(n)
	available := m.reports[flipper].Report.Condition(fleetv1.ReportAvailable).Status == metav1.ConditionTrue
	report := m.say(flipper, !available)
	path := reportsPath + "/" + m.reports[flipper].Name
	if err := do(ctx, connection, b.patch(path, map[string]any{"report": report}), nil); err != nil {
		return fmt.Errorf("storing a report: %w", err)
	}
	m.object.Status = m.status(time.Now())
	path = clustersPath + "/" + m.object.Name + "/status"
	if err := do(ctx, connection, b.patch(path, map[string]any{"status": m.object.Status}), nil); err != nil {
		return fmt.Errorf("storing a status: %w", err)
	}
	return nil
}

func (b *bench) patch(path string, value any) []byte {
	return b.admin.Request(http.MethodPatch, path, mustJSON(value), mergePatch)
}
