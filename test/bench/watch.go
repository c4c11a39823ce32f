package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

// observer watches objects in the kube-apiserver, as kubectl would.
type observer struct {
	cancel context.CancelFunc
	ended  chan error

	mu sync.Mutex
	// reached tells by its conditions whether an object is as it is waited for.
	reached func([]metav1.Condition) bool
	// events counts the changes of each object.
	events map[string]int
	// ready is when an object was first seen as it is waited for.
	ready map[string]time.Time
	// arrived is signalled at each change.
	arrived *sync.Cond
}

// observe begins to watch the objects of a path at their present state.
func (b *bench) observe(ctx context.Context, path string, reached func([]metav1.Condition) bool) (*observer, error) {
	connection := load.NewConnection(b.admin)
	defer connection.Close()
	var page struct {
		Metadata metav1.ListMeta `json:"metadata"`
	}
	if err := do(ctx, connection, b.admin.Request(http.MethodGet, path+"?limit=1", nil), &page); err != nil {
		return nil, fmt.Errorf("finding where to watch from: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	o := &observer{cancel: cancel, ended: make(chan error, 1), reached: reached, events: map[string]int{}, ready: map[string]time.Time{}}
	o.arrived = sync.NewCond(&o.mu)
	request := b.admin.Request(http.MethodGet, path+"?watch=1&resourceVersion="+page.Metadata.ResourceVersion, nil)
	go func() {
		o.ended <- load.Stream(ctx, b.admin, request, o.take)
		o.arrived.Broadcast()
	}()
	return o, nil
}

func (o *observer) take(line []byte) error {
	now := time.Now()
	var event struct {
		Type   string `json:"type"`
		Object struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
			Status struct {
				Conditions []metav1.Condition `json:"conditions"`
			} `json:"status"`
		} `json:"object"`
	}
	if err := json.Unmarshal(line, &event); err != nil {
		return fmt.Errorf("decoding an event: %w", err)
	}
	if event.Type == "ERROR" {
		return fmt.Errorf("the watch failed: %s", line)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	name := event.Object.Metadata.Name
	o.events[name]++
	if _, known := o.ready[name]; !known && o.reached(event.Object.Status.Conditions) {
		o.ready[name] = now
		o.arrived.Broadcast()
	}
	return nil
}

// readyNow tells whether Ready is True.
func readyNow(conditions []metav1.Condition) bool {
	return apimeta.IsStatusConditionTrue(conditions, fleetv1.ConditionReady)
}

// there is satisfied with any object.
func there([]metav1.Condition) bool { return true }

// whenReady waits until an object has been seen as it is waited for, and returns when that was.
func (o *observer) whenReady(ctx context.Context, name string) (time.Time, error) {
	defer context.AfterFunc(ctx, o.arrived.Broadcast)()
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if at, ok := o.ready[name]; ok {
			return at, nil
		}
		if ctx.Err() != nil {
			return time.Time{}, fmt.Errorf("waiting until the watch shows %s: %w", name, ctx.Err())
		}
		select {
		case err := <-o.ended:
			o.ended <- err
			return time.Time{}, fmt.Errorf("the watch has ended: %w", err)
		default:
		}
		o.arrived.Wait()
	}
}

// counts returns how many changes each object saw.
func (o *observer) counts() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.events)
}

// close ends the watch. A watch that had ended before is an error: it missed something.
func (o *observer) close() error {
	o.cancel()
	if err := <-o.ended; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
