package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	seeders    = 16
	mergePatch = "Content-Type: application/merge-patch+json"
)

// admitClient gets the client of the rows its token, which is good for the kube-apiserver and for the facade.
func (b *bench) admitClient(ctx context.Context) error {
	connection := load.NewConnection(b.admin)
	defer connection.Close()
	token, err := b.token(ctx, connection, namespace, clientName)
	if err != nil {
		return err
	}
	b.raw = b.admin
	b.raw.TLS = b.admin.TLS.Clone()
	b.raw.TLS.Certificates = nil
	b.raw.Token = token
	b.rest = b.raw
	return nil
}

// token returns a token of a service account.
func (b *bench) token(ctx context.Context, connection *load.Connection, namespace, account string) (string, error) {
	var answer struct {
		Status struct {
			Token string `json:"token"`
		} `json:"status"`
	}
	body := []byte(`{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":86400}}`)
	request := b.admin.Request(http.MethodPost, accountsOf(namespace)+"/"+account+"/token", body)
	if err := do(ctx, connection, request, &answer); err != nil {
		return "", fmt.Errorf("getting a token of %s: %w", account, err)
	}
	return answer.Status.Token, nil
}

// do sends a request that must succeed and decodes the answer, unless nobody wants it.
func do(ctx context.Context, connection *load.Connection, request []byte, into any) error {
	answer, err := connection.Do(ctx, request)
	if err != nil {
		return err
	}
	if answer.Status < 200 || answer.Status > 299 {
		return fmt.Errorf("answered with status %d: %.500s", answer.Status, answer.Body)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("decoding an answer: %w", err)
	}
	return nil
}

// seed puts the fleet into the kube-apiserver as it is once everything has converged: nobody has to write anything about it.
func (b *bench) seed(ctx context.Context) error {
	return b.each(ctx, len(b.fleet.members), func(ctx context.Context, connection *load.Connection, i int) error {
		return b.seedOne(ctx, connection, b.fleet.members[i], i)
	})
}

// each does something many times, with several connections of the administrator.
func (b *bench) each(ctx context.Context, count int, work func(ctx context.Context, connection *load.Connection, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	for range seeders {
		all.Go(func() {
			connection := load.NewConnection(b.admin)
			defer connection.Close()
			for i := int(next.Add(1)) - 1; i < count && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := work(ctx, connection, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	all.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}

func (b *bench) seedOne(ctx context.Context, connection *load.Connection, m *member, i int) error {
	m.object.Labels[fleetv1.LabelID] = seededID(i)
	m.object.Finalizers = []string{fleetv1.ClusterFinalizer}
	if err := b.create(ctx, connection, clustersPath, m.object); err != nil {
		return fmt.Errorf("creating %s: %w", m.object.Name, err)
	}
	m.reports = map[string]*fleetv1.AdapterStatus{}
	for _, adapter := range adapters {
		// One in ten is not ready.
		available := adapter != "validation" || i%10 != 9
		status := m.adapterStatus(adapter, newReportOf(adapter, available, m.object.Generation, b.fleet.begun))
		if err := b.create(ctx, connection, reportsPath, status); err != nil {
			return fmt.Errorf("creating a report about %s: %w", m.object.Name, err)
		}
		m.reports[adapter] = status
	}
	body, err := json.Marshal(map[string]any{"status": m.status(b.fleet.begun)})
	if err != nil {
		return fmt.Errorf("encoding a status: %w", err)
	}
	request := b.admin.Request(http.MethodPatch, clustersPath+"/"+m.object.Name+"/status", body, mergePatch)
	if err := do(ctx, connection, request, m.object); err != nil {
		return fmt.Errorf("writing the status of %s: %w", m.object.Name, err)
	}
	return nil
}

// create creates an object and takes over what the kube-apiserver made of it.
func (b *bench) create(ctx context.Context, connection *load.Connection, path string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("encoding: %w", err)
	}
	return do(ctx, connection, b.admin.Request(http.MethodPost, path, body), object)
}

// seededID is a UUID like those that the kube-apiserver gives.
func seededID(i int) string {
	return fmt.Sprintf("%08x-5b7d-4e21-9a64-%012x", 0x3f0a9c1e^i*2654435761&0xffffffff, i)
}

// adapterStatus returns the object that holds a report, with all that the controller would put on it.
func (m *member) adapterStatus(adapter string, report *fleetv1.Report) *fleetv1.AdapterStatus {
	ref := fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: m.object.Name, UID: m.object.UID}
	return &fleetv1.AdapterStatus{
		TypeMeta: metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: "AdapterStatus"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: fleetv1.AdapterStatusName(ref, adapter),
			Labels:     map[string]string{fleetv1.LabelCluster: m.object.Name, fleetv1.LabelAdapter: adapter},
			Finalizers: []string{fleetv1.ReportFinalizer},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster, Name: m.object.Name, UID: m.object.UID,
			}},
		},
		Spec:   fleetv1.AdapterStatusSpec{TargetRef: ref, Adapter: adapter},
		Report: report,
	}
}

// list reads all objects of a path of the kube-apiserver, page by page.
func list[T any](ctx context.Context, b *bench, path string) ([]T, error) {
	connection := load.NewConnection(b.admin)
	defer connection.Close()
	var items []T
	next := ""
	for {
		var page struct {
			Metadata metav1.ListMeta `json:"metadata"`
			Items    []T             `json:"items"`
		}
		if err := do(ctx, connection, b.admin.Request(http.MethodGet, path+"?limit=1000&continue="+next, nil), &page); err != nil {
			return nil, fmt.Errorf("listing %s: %w", path, err)
		}
		items = append(items, page.Items...)
		if next = page.Metadata.Continue; next == "" {
			return items, nil
		}
	}
}

// quiet waits until nothing has been written for a while, and returns what was written meanwhile. It waits longer than the
// controller does for the facade to write a status.
func (b *bench) quiet(ctx context.Context) (writes, error) { return b.quietWithin(ctx, time.Minute) }

// quietWithin is quiet with a patience of its own.
func (b *bench) quietWithin(ctx context.Context, patience time.Duration) (writes, error) {
	const still = 3 * time.Second
	begin, err := b.writes(ctx)
	if err != nil {
		return nil, err
	}
	last := begin
	for deadline := time.Now().Add(patience); ; {
		time.Sleep(still)
		now, err := b.writes(ctx)
		if err != nil {
			return nil, err
		}
		if now.since(last).total() == 0 {
			return now.since(begin), nil
		}
		if time.Now().After(deadline) {
			return now.since(begin), fmt.Errorf("it does not come to rest: still writing after %s, at last %s", patience, now.since(last))
		}
		last = now
	}
}

// writes returns what was written through the kube-apiserver so far.
func (b *bench) writes(ctx context.Context) (writes, error) {
	samples, err := scrape(ctx, b.admin, requestTotal)
	if err != nil {
		return nil, err
	}
	return parseWrites(samples), nil
}
