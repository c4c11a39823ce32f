package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Job is a kind of request.
type Job struct {
	Endpoint Endpoint
	// Make returns the n-th request, ready to be sent. It is called by several workers at a time.
	Make func(n int) []byte
	// Do, where it is set, does all that belongs to the n-th request by itself, Make and Check being ignored.
	Do func(ctx context.Context, connection *Connection, n int) error
	// Check says whether the answer to the n-th request is right; nil accepts status 200 and 201. The body is good for the call
	// only.
	Check func(n int, answer Answer) error
	// Patient jobs send a request again when the server asks to come later; for others that is an error.
	Patient bool
}

// Extent says how much load there is: what is set ends it, and whichever comes first.
type Extent struct {
	Count    int
	Duration time.Duration
	// From is the number of the first request.
	From int
}

// pollPause is how long a worker waits that was told to come again without being told when.
const pollPause = 100 * time.Millisecond

// Closed sends requests with so many workers, each of which waits for its answer. The connections are made before the time
// starts. The first error ends it.
func Closed(ctx context.Context, job Job, workers int, extent Extent) (Result, error) {
	r, err := newRun(ctx, job, workers)
	if err != nil {
		return Result{}, err
	}
	defer r.close()
	start := time.Now()
	var next atomic.Int64
	return r.work(start, func(w *worker) error {
		for {
			n := int(next.Add(1)) - 1
			if extent.Count > 0 && n >= extent.Count || extent.Duration > 0 && time.Since(start) >= extent.Duration {
				return nil
			}
			if err := w.send(extent.From+n, time.Now()); err != nil {
				return err
			}
		}
	})
}

// Open sends so many requests per second. A latency counts from when its request was due. workers bounds how many are on their
// way at a time; if that is too few, the latencies say so.
func Open(ctx context.Context, job Job, perSecond float64, workers int, extent Extent) (Result, error) {
	r, err := newRun(ctx, job, workers)
	if err != nil {
		return Result{}, err
	}
	defer r.close()
	start := time.Now()
	var next atomic.Int64
	return r.work(start, func(w *worker) error {
		for {
			n := int(next.Add(1)) - 1
			after := time.Duration(float64(n) / perSecond * float64(time.Second))
			if extent.Count > 0 && n >= extent.Count || extent.Duration > 0 && after >= extent.Duration {
				return nil
			}
			due := start.Add(after)
			time.Sleep(time.Until(due))
			if err := w.send(extent.From+n, due); err != nil {
				return err
			}
		}
	})
}

// run is one load under way.
type run struct {
	ctx     context.Context
	cancel  context.CancelFunc
	workers []*worker
}

type worker struct {
	run        *run
	job        Job
	connection *Connection
	latencies  []time.Duration
	repeated   int
}

func newRun(ctx context.Context, job Job, workers int) (*run, error) {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{ctx: ctx, cancel: cancel}
	for range workers {
		w := &worker{run: r, job: job, connection: NewConnection(job.Endpoint)}
		r.workers = append(r.workers, w)
		if err := w.connection.Connect(ctx); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}

func (r *run) close() {
	r.cancel()
	for _, w := range r.workers {
		w.connection.Close()
	}
}

// work lets every worker do its part and puts together what they saw.
func (r *run) work(start time.Time, part func(*worker) error) (Result, error) {
	var all sync.WaitGroup
	errs := make([]error, len(r.workers))
	for i, w := range r.workers {
		all.Go(func() {
			if errs[i] = part(w); errs[i] != nil {
				r.cancel()
			}
		})
	}
	all.Wait()
	result := Result{Elapsed: time.Since(start)}
	for _, w := range r.workers {
		result.Latencies = append(result.Latencies, w.latencies...)
		result.Repeated += w.repeated
	}
	slices.Sort(result.Latencies)
	return result, firstCause(errs)
}

// firstCause returns the errors without those that only say that another one ended the load.
func firstCause(errs []error) error {
	causes := slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return errors.Is(err, context.Canceled) })
	if len(causes) == 0 {
		return errors.Join(errs...)
	}
	return errors.Join(causes...)
}

// send sends the n-th request, again if need be, and notes how long that took since it was due.
func (w *worker) send(n int, due time.Time) error {
	if w.job.Do != nil {
		if err := w.job.Do(w.run.ctx, w.connection, n); err != nil {
			return fmt.Errorf("request %d: %w", n, err)
		}
		w.latencies = append(w.latencies, time.Since(due))
		return nil
	}
	request := w.job.Make(n)
	for {
		if err := w.run.ctx.Err(); err != nil {
			return err
		}
		answer, err := w.connection.Do(w.run.ctx, request)
		if err != nil {
			return fmt.Errorf("request %d: %w", n, err)
		}
		if w.job.Patient && (answer.Status == 429 || answer.Status == 503) {
			w.repeated++
			time.Sleep(max(answer.RetryAfter, pollPause))
			continue
		}
		w.latencies = append(w.latencies, time.Since(due))
		if err := w.check(n, answer); err != nil {
			return fmt.Errorf("request %d: %w", n, err)
		}
		return nil
	}
}

func (w *worker) check(n int, answer Answer) error {
	if w.job.Check != nil {
		return w.job.Check(n, answer)
	}
	if answer.Status != 200 && answer.Status != 201 {
		return fmt.Errorf("answered with status %d: %.300s", answer.Status, answer.Body)
	}
	return nil
}
