package hub_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// lagging delivers what it watches late, each watch by times of its own. So a replica sees the kinds in all kinds of order.
type lagging struct {
	client.WithWatch
	most time.Duration
}

func (l lagging) Watch(ctx context.Context, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
	source, err := l.WithWatch.Watch(ctx, list, options...)
	if err != nil || l.most == 0 {
		return source, err
	}
	late := watch.NewRaceFreeFake()
	stopped := make(chan struct{})
	go func() {
		defer late.Stop()
		for event := range source.ResultChan() {
			select {
			case <-time.After(rand.N(l.most)):
			case <-stopped:
				return
			}
			late.Action(event.Type, event.Object)
		}
	}()
	return &lateWatch{RaceFreeFakeWatcher: late, stop: sync.OnceFunc(func() { close(stopped); source.Stop() })}, nil
}

// lateWatch also stops what it comes from.
type lateWatch struct {
	*watch.RaceFreeFakeWatcher
	stop func()
}

func (w *lateWatch) Stop() {
	w.stop()
	w.RaceFreeFakeWatcher.Stop()
}
