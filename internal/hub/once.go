package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// onceTimeout bounds what is done at most once: one or two writes.
	onceTimeout = 10 * time.Second
	// onceAbandoned is how old a reservation is before its holder counts as dead. Should the holder live nevertheless, no harm
	// is done: what both create has one name and carries the name of the request, so that the second finds the first's.
	onceAbandoned = onceTimeout + 5*time.Second
	// onceKept is how long answers are remembered.
	onceKept = 24 * time.Hour
	// releaseTimeout bounds the removal of a reservation after a failure, for which the caller does not wait.
	releaseTimeout = 5 * time.Second
	// pollFirst and pollLast are how often one who waits for another looks: ever more seldom.
	pollFirst, pollLast = 20 * time.Millisecond, 500 * time.Millisecond
)

// requestContext is the key under which a context holds the name of a request that is done at most once.
type requestContext struct{}

// requestOf returns the name of the request that is being done, or empty.
func requestOf(ctx context.Context) string {
	name, _ := ctx.Value(requestContext{}).(string)
	return name
}

// request is one keyed request on its way.
type request struct {
	name   string
	digest string
	do     func(context.Context) (Answer, error)
}

// Once does a request at most once. Before it is done, the request is reserved by creating an object named for it, which on all
// replicas only one can; afterwards that object holds the answer. Whoever finds a reservation waits for its answer. A
// reservation whose holder died is taken over: whether its creation happened shows in the object, which names the request.
func (s *Store) Once(ctx context.Context, caller Caller, key RequestKey, do func(context.Context) (Answer, error)) (Answer, bool, error) {
	r := request{name: requestName(caller, key), digest: digest(key.Body), do: do}
	poll := pollFirst
	for {
		record, err := s.reserve(ctx, r)
		if err != nil {
			return Answer{}, false, err
		}
		if record.mine {
			answer, err := s.hold(ctx, r, record)
			return answer, false, err
		}
		answer, wait, err := s.replay(ctx, r, record)
		if err != nil || !wait {
			return answer, err == nil, err
		}
		select {
		case <-s.Clock.After(poll):
			poll = min(2*poll, pollLast)
		case <-ctx.Done():
			return Answer{}, false, &Error{
				Reason: Timeout, Message: "The first request with this key is not answered yet", RetryAfter: retrySoon, Err: ctx.Err(),
			}
		}
	}
}

// requestName names a request by all that belongs to its key. Lengths keep the parts apart.
func requestName(caller Caller, key RequestKey) string {
	hash := sha256.New()
	for _, part := range []string{caller.Namespace, caller.User, key.Path, key.Key} {
		sum := sha256.Sum256([]byte(part))
		hash.Write(sum[:])
	}
	return recordPrefix + hex.EncodeToString(hash.Sum(nil)[:20])
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// reserve returns the record of a request: a new one, or one taken over, which is ours, or else the one that is there.
func (s *Store) reserve(ctx context.Context, r request) (*record, error) {
	for range attempts {
		created := newRecord(s.SystemNamespace, r, s.Replica, s.Clock.Now())
		err := s.Client.Create(ctx, created)
		if err == nil {
			return &record{ConfigMap: created, mine: true}, nil
		}
		if !apierrors.IsAlreadyExists(err) {
			return nil, s.ownFault(err)
		}
		found := &record{ConfigMap: &corev1.ConfigMap{}}
		err = s.Client.Get(ctx, client.ObjectKeyFromObject(created), found.ConfigMap)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, s.ownFault(err)
		}
		free, err := s.takeOver(ctx, r, found)
		if err != nil {
			return nil, err
		}
		if !free {
			return found, nil
		}
	}
	return nil, &Error{Reason: Unavailable, Message: "Others keep using this key", RetryAfter: retrySoon}
}

// takeOver makes a record ours whose holder died, and removes one that expired. free tells that the record is no longer as it
// was found, and has to be looked at again.
func (s *Store) takeOver(ctx context.Context, r request, found *record) (free bool, err error) {
	now := s.Clock.Now()
	switch {
	case found.expired(now):
		err = s.remove(ctx, found)
		return true, err
	case found.answered() || found.digest() != r.digest || !found.abandoned(now):
		return false, nil
	}
	found.claim(s.Replica, now)
	err = s.Client.Update(ctx, found.ConfigMap)
	switch {
	case apierrors.IsConflict(err), apierrors.IsNotFound(err):
		return true, nil
	case err != nil:
		return false, s.ownFault(err)
	}
	found.mine = true
	return false, nil
}

// replay answers from the record of another one's request, or says that its answer has to be waited for.
func (s *Store) replay(ctx context.Context, r request, found *record) (answer Answer, wait bool, err error) {
	if found.digest() != r.digest {
		return Answer{}, false, &Error{Reason: KeyReused, Message: "The key was used for another request"}
	}
	if !found.answered() {
		return Answer{}, true, nil
	}
	answer, err = s.readAnswer(ctx, found)
	if apierrors.IsNotFound(err) {
		return Answer{}, true, nil // it expired while it was read
	}
	if err != nil {
		return Answer{}, false, s.ownFault(err)
	}
	return answer, false, nil
}

// hold does a request that is reserved, and remembers its answer before it is given: an answer that was given is the one that
// is given again. A failure frees the key.
func (s *Store) hold(ctx context.Context, r request, mine *record) (Answer, error) {
	limited, cancel := context.WithTimeout(context.WithValue(ctx, requestContext{}, r.name), onceTimeout)
	defer cancel()
	answer, err := r.do(limited)
	if err != nil {
		s.free(ctx, mine)
		return Answer{}, err
	}
	err = s.writeAnswer(limited, mine, answer)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return s.overtaken(limited, mine)
	}
	if err != nil {
		// The client repeats, and finds by the object what was created.
		s.free(ctx, mine)
		return Answer{}, s.ownFault(err)
	}
	return answer, nil
}

// overtaken returns the answer of whoever took our reservation for abandoned.
func (s *Store) overtaken(ctx context.Context, mine *record) (Answer, error) {
	theirs := &record{ConfigMap: &corev1.ConfigMap{}}
	err := s.Client.Get(ctx, client.ObjectKeyFromObject(mine.ConfigMap), theirs.ConfigMap)
	if err == nil && theirs.answered() {
		var answer Answer
		if answer, err = s.readAnswer(ctx, theirs); err == nil {
			return answer, nil
		}
	}
	return Answer{}, &Error{Reason: Unavailable, Message: "The answer could not be remembered", RetryAfter: retrySoon, Err: err}
}

// free gives up a reservation. It does so even if the caller has gone. What cannot be freed is taken over after a while.
func (s *Store) free(ctx context.Context, mine *record) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := s.remove(ctx, mine); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Freeing the reservation of a request failed", "request", mine.Name)
	}
}

// remove deletes exactly that state of a record. That somebody was faster is fine.
func (s *Store) remove(ctx context.Context, r *record) error {
	uid, version := r.UID, r.ResourceVersion
	preconditions := client.Preconditions{UID: &uid, ResourceVersion: &version}
	err := s.Client.Delete(ctx, r.ConfigMap, preconditions, client.PropagationPolicy(metav1.DeletePropagationBackground))
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return s.ownFault(err)
}

// ownFault is fault for the records of requests: whatever refuses them is no fault of the caller's.
func (s *Store) ownFault(err error) error {
	translated := fault(err)
	known, ok := errors.AsType[*Error](translated)
	if !ok {
		return translated
	}
	switch known.Reason {
	case Invalid, Forbidden, NotFound, AlreadyExists, TooLarge:
		return &Error{Reason: Internal, Message: "The answer could not be remembered", Err: err}
	default:
		return translated
	}
}
