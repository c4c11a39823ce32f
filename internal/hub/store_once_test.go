package hub_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

func keyed() hub.RequestKey {
	return hub.RequestKey{Path: "/clusters", Key: "k", Body: []byte(`{"name":"sample"}`)}
}

// creates returns what a handler does once: it creates a Cluster and answers with its id.
func creates(f *tenant, r *replica) func(context.Context) (hub.Answer, error) {
	return func(ctx context.Context) (hub.Answer, error) {
		record, err := r.CreateCluster(ctx, f.caller, hub.NewCluster{Name: "sample", Parameters: []byte(`{}`)})
		if err != nil {
			return hub.Answer{}, err
		}
		return hub.Answer{Header: map[string]string{"Location": record.Name}, Body: []byte(record.ID)}, nil
	}
}

func TestARequestIsDoneOnceOnAllReplicas(t *testing.T) {
	f := serve(t, 2)
	var group sync.WaitGroup
	var done, replays atomic.Int32
	answers := make([]hub.Answer, 8)
	for i := range answers {
		group.Go(func() {
			r := f.replicas[i%2]
			create := creates(f, r)
			answer, replayed, err := r.Once(t.Context(), f.caller, keyed(), func(ctx context.Context) (hub.Answer, error) {
				done.Add(1)
				return create(ctx)
			})
			if err != nil {
				t.Error(err)
			}
			if replayed {
				replays.Add(1)
			}
			answers[i] = answer
		})
	}
	group.Wait()
	if done.Load() != 1 || replays.Load() != 7 {
		t.Errorf("done %d times, replayed %d times", done.Load(), replays.Load())
	}
	for _, answer := range answers {
		if diff := cmp.Diff(answers[0], answer); diff != "" {
			t.Errorf("answers differ:\n%s", diff)
		}
	}
	restarted := f.replica()
	answer, replayed, err := restarted.Once(t.Context(), f.caller, keyed(), nil)
	if err != nil || !replayed || !cmp.Equal(answer, answers[0]) {
		t.Errorf("after a restart: %v, replayed %t: %v", answer, replayed, err)
	}
}

func TestWhatBelongsToAKey(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	answers := 0
	once := func(change func(*hub.Caller, *hub.RequestKey)) (bool, error) {
		caller, key := f.caller, keyed()
		change(&caller, &key)
		_, replayed, err := r.Once(t.Context(), caller, key, func(context.Context) (hub.Answer, error) {
			answers++
			return hub.Answer{Body: []byte{byte(answers)}}, nil
		})
		return replayed, err
	}
	for name, test := range map[string]struct {
		change   func(*hub.Caller, *hub.RequestKey)
		replayed bool
		reason   hub.Reason
	}{
		"the same again":       {change: func(*hub.Caller, *hub.RequestKey) {}, replayed: true},
		"another body":         {change: func(_ *hub.Caller, k *hub.RequestKey) { k.Body = []byte(`{}`) }, reason: hub.KeyReused},
		"another key":          {change: func(_ *hub.Caller, k *hub.RequestKey) { k.Key = "K" }},
		"another path":         {change: func(_ *hub.Caller, k *hub.RequestKey) { k.Path = "/nodepools" }},
		"another user":         {change: func(c *hub.Caller, _ *hub.RequestKey) { c.User = "dora" }},
		"another tenant":       {change: func(c *hub.Caller, _ *hub.RequestKey) { c.Namespace = "other" }},
		"parts that run over":  {change: func(_ *hub.Caller, k *hub.RequestKey) { k.Path, k.Key = "/clustersk", "" }},
		"another e-mail alone": {change: func(c *hub.Caller, _ *hub.RequestKey) { c.Email = "dora@example.com" }, replayed: true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := once(func(*hub.Caller, *hub.RequestKey) {}); err != nil {
				t.Fatal(err)
			}
			replayed, err := once(test.change)
			reason(t, err, test.reason)
			if replayed != test.replayed {
				t.Errorf("replayed: %t", replayed)
			}
		})
	}
}

func TestAFailureFreesTheKey(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	failure := &hub.Error{Reason: hub.AlreadyExists, Message: "taken"}
	_, _, err := r.Once(t.Context(), f.caller, keyed(), func(context.Context) (hub.Answer, error) { return hub.Answer{}, failure })
	if !errors.Is(err, failure) {
		t.Errorf("failed with %v", err)
	}
	other := keyed()
	other.Body = []byte(`{}`)
	_, replayed, err := r.Once(t.Context(), f.caller, other, creates(f, r))
	if err != nil || replayed {
		t.Errorf("the key is not free: %v", err)
	}
}

func TestLargeAnswersAreKeptWhole(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	noise := make([]byte, 1<<20)
	if _, err := rand.Read(noise); err != nil {
		t.Fatal(err)
	}
	want := hub.Answer{Header: map[string]string{"Etag": `"1"`}, Body: []byte(base64.StdEncoding.EncodeToString(noise))}
	for range 2 {
		got, _, err := r.Once(t.Context(), f.caller, keyed(), func(context.Context) (hub.Answer, error) { return want, nil })
		must(t, err)
		if !cmp.Equal(want, got) {
			t.Error("the answer changed")
		}
	}
}

// A process dies at each of its writes, before or after it was carried out. The repetition on another replica ends with one
// cluster and its answer.
func TestAnotherReplicaFinishesWhatADeadOneBegan(t *testing.T) {
	for name, at := range map[string]struct {
		write int
		after bool
	}{
		"before the reservation": {write: 1}, "after the reservation": {write: 1, after: true},
		"before the creation": {write: 2}, "after the creation": {write: 2, after: true},
		"before the answer is kept": {write: 3}, "after the answer is kept": {write: 3, after: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, 0)
			dead := f.replica()
			dead.writes.FailAt(at.write, at.after)
			_, _, err := dead.Once(t.Context(), f.caller, keyed(), creates(f, dead))
			if err == nil {
				t.Fatal("a process that was killed answers")
			}
			f.clock = later{WithTicker: clock.RealClock{}, by: time.Minute}
			other := f.replica()
			answer, _, err := other.Once(t.Context(), f.caller, keyed(), creates(f, other))
			must(t, err)
			sample := &fleetv1.Cluster{}
			must(t, f.client.Get(t.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, sample))
			if string(answer.Body) != string(sample.UID) {
				t.Errorf("answered %s, the cluster is %s", answer.Body, sample.UID)
			}
			again, replayed, err := other.Once(t.Context(), f.caller, keyed(), nil)
			if err != nil || !replayed || !cmp.Equal(again, answer) {
				t.Errorf("answered %v then: %v", again, err)
			}
		})
	}
}

// later is a clock that is ahead.
type later struct {
	clock.WithTicker
	by time.Duration
}

func (l later) Now() time.Time { return l.WithTicker.Now().Add(l.by) }

func TestWhoWaitsForAnotherGivesUpInTime(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	hold, entered := make(chan struct{}), make(chan struct{})
	finished := make(chan error)
	go func() {
		_, _, err := r.Once(t.Context(), f.caller, keyed(), func(context.Context) (hub.Answer, error) {
			close(entered)
			<-hold
			return hub.Answer{}, nil
		})
		finished <- err
	}()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err := r.Once(ctx, f.caller, keyed(), nil)
	reason(t, err, hub.Timeout)
	close(hold)
	must(t, <-finished)
}

func TestAnswersAreForgottenAfterADay(t *testing.T) {
	f := serve(t, 0)
	ticking := clocktesting.NewFakeClock(clock.RealClock{}.Now())
	f.clock = ticking
	r := f.replica()
	once := func() bool {
		_, replayed, err := r.Once(t.Context(), f.caller, keyed(), func(context.Context) (hub.Answer, error) {
			return hub.Answer{Body: []byte(strings.Repeat("x", 100))}, nil
		})
		must(t, err)
		return replayed
	}
	records := func() (list corev1.ConfigMapList) {
		must(t, f.client.List(t.Context(), &list, client.InNamespace(f.namespace), client.HasLabels{fleetv1.AnnotationRequest}))
		return list
	}
	once()
	ticking.Step(24*time.Hour - 2*time.Second)
	if !once() {
		t.Error("an answer was forgotten within the day")
	}
	ticking.Step(3 * time.Second)
	if once() {
		t.Error("an answer was remembered for longer than a day")
	}

	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.store.Sweep(ctx); err != nil {
			t.Error(err)
		}
	})
	f.eventually("the sweep waits for its time", ticking.HasWaiters)
	if len(records().Items) != 1 {
		t.Error("the sweep removed an answer that is remembered")
	}
	ticking.Step(25 * time.Hour)
	f.eventually("the sweep has removed the record", func() bool { return len(records().Items) == 0 })
	stop()
	running.Wait()
}

func TestOtherConfigMapsAreNotSwept(t *testing.T) {
	f := serve(t, 1)
	foreign := &corev1.ConfigMap{}
	foreign.Namespace, foreign.Name = f.namespace, "foreign"
	must(t, f.client.Create(t.Context(), foreign))
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	must(t, f.replicas[0].store.Sweep(ctx))
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(foreign), foreign))
}

func TestErrorsOfTheManagementCluster(t *testing.T) {
	f := serve(t, 1)
	for name, test := range map[string]struct {
		err   error
		want  hub.Reason
		after time.Duration
	}{
		"too many requests": {err: apierrors.NewTooManyRequests("slow down", 7), want: hub.TooManyRequests, after: 7 * time.Second},
		"a server timeout":  {err: apierrors.NewServerTimeout(fleetv1.SchemeGroupVersion.WithResource("clusters").GroupResource(), "create", 3), want: hub.Unavailable, after: 3 * time.Second},
		"a timeout":         {err: apierrors.NewTimeoutError("etcd", 2), want: hub.Timeout},
		"etcd is away":      {err: apierrors.NewInternalError(errors.New("etcdserver: no leader")), want: hub.Unavailable, after: time.Second},
		"etcd refuses the size": {
			err: apierrors.NewInternalError(errors.New("etcdserver: request is too large")), want: hub.TooLarge,
		},
		"the body is too large": {err: apierrors.NewRequestEntityTooLargeError("limit is 3145728"), want: hub.TooLarge},
		"a webhook is away": {
			err: apierrors.NewInternalError(errors.New("failed calling webhook: connection refused")), want: hub.Unavailable, after: time.Second,
		},
		"our own right is missing": {
			err:  apierrors.NewForbidden(fleetv1.SchemeGroupVersion.WithResource("clusters").GroupResource(), "sample", errors.New(`User "facade" cannot create resource`)),
			want: hub.Internal,
		},
		"nobody listens": {
			err:  &url.Error{Op: "Post", URL: "https://127.0.0.1:1", Err: syscall.ECONNREFUSED},
			want: hub.Unavailable, after: time.Second,
		},
		"a bug":               {err: errors.New("bug"), want: hub.Internal},
		"the deadline passed": {err: context.DeadlineExceeded, want: hub.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			failing := hub.NewStore(hub.StoreOptions{
				Client: refusing{WithWatch: f.client, err: test.err}, Memory: f.replicas[0].index, Clock: f.clock, SystemNamespace: f.namespace,
			})
			_, err := failing.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "sample"})
			reason(t, err, test.want)
			if known, _ := errors.AsType[*hub.Error](err); known.RetryAfter != test.after {
				t.Errorf("retry after %s", known.RetryAfter)
			}
		})
	}
}

// refusing fails each creation.
type refusing struct {
	client.WithWatch
	err error
}

func (r refusing) Create(context.Context, client.Object, ...client.CreateOption) error { return r.err }
