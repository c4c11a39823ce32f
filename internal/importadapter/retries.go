package importadapter

import (
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/slipway-dev/slipway/internal/adapter"
)

const (
	checkEvery = 30 * time.Second
	firstRetry = 2 * time.Second
	// jitter spreads the checks of many clusters by up to a fifth.
	jitter = 0.2
)

// retries says when to look at targets again.
type retries struct {
	mu     sync.Mutex
	failed map[types.UID]int
}

// next is when to look again after a report: soon and then less and less often while something is amiss, else now and then.
func (r *retries) next(target adapter.Target, report adapter.Report) time.Duration {
	if report.Available.Status == metav1.ConditionTrue {
		r.reset(target)
		return wait.Jitter(checkEvery, jitter)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = map[types.UID]int{}
	}
	uid := target.Object().GetUID()
	delay := checkEvery
	if n := r.failed[uid]; n < 4 {
		delay = firstRetry << n
		r.failed[uid] = n + 1
	}
	return wait.Jitter(delay, jitter)
}

func (r *retries) reset(target adapter.Target) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.failed, target.Object().GetUID())
}
