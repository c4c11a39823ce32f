package apiserver

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/signature"
)

// keySecret is a Secret with an access key of jane.
func keySecret(namespace, name, accessKey, secretKey string) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: fleetv1.SecretTypeAccessKey,
		Data: map[string][]byte{"accessKey": []byte(accessKey), "secretKey": []byte(secretKey), "user": []byte("jane"), "groups": []byte("dev")},
	}
}

func TestKeys(t *testing.T) {
	one := func() *corev1.Secret { return keySecret("team-a", "one", "AK1", "hush") }
	broken := one()
	broken.Namespace, broken.Data["user"] = "team-b", []byte("system:admin")
	key := func(namespace, secretKey string) *tenancy.AccessKey {
		return &tenancy.AccessKey{Namespace: namespace, Key: signature.Key{
			AccessKey: "AK1", SecretKey: secretKey, User: "jane", Groups: []string{"dev"}}}
	}
	for name, test := range map[string]struct {
		events []func(*keyHouse) error
		want   *tenancy.AccessKey
	}{
		"a key that nobody has heard of": {},
		"a key":                          {[]func(*keyHouse) error{add(one())}, key("team-a", "hush")},
		"a key that was listed":          {[]func(*keyHouse) error{replace(one())}, key("team-a", "hush")},
		"another key":                    {[]func(*keyHouse) error{add(keySecret("team-a", "one", "AK2", "hush"))}, nil},
		"a key that is gone":             {[]func(*keyHouse) error{add(one()), remove(one())}, nil},
		"a key that was not listed again": {
			[]func(*keyHouse) error{add(one()), replace(keySecret("team-a", "two", "AK2", "hush"))}, nil},
		"a key that was changed":                          {[]func(*keyHouse) error{add(one()), add(keySecret("team-a", "one", "AK1", "new"))}, key("team-a", "new")},
		"a key that was given up":                         {[]func(*keyHouse) error{add(one()), add(keySecret("team-a", "one", "AK2", "hush"))}, nil},
		"two Secrets with one key":                        {[]func(*keyHouse) error{add(one()), add(keySecret("team-b", "one", "AK1", "mine"))}, nil},
		"two Secrets, listed":                             {[]func(*keyHouse) error{replace(one()), replace(keySecret("team-b", "one", "AK1", "mine"))}, nil},
		"two, of which one is gone":                       {[]func(*keyHouse) error{add(one()), add(keySecret("team-b", "one", "AK1", "mine")), remove(one())}, key("team-b", "mine")},
		"two, of which one is changed":                    {[]func(*keyHouse) error{add(one()), add(keySecret("team-b", "one", "AK1", "x")), add(keySecret("team-b", "one", "AK2", "x"))}, key("team-a", "hush")},
		"a key in a namespace where nobody may read keys": {[]func(*keyHouse) error{add(one()), forbid("team-a")}, nil},
		"a key that may be read again":                    {[]func(*keyHouse) error{add(one()), forbid("team-a"), replace(one())}, key("team-a", "hush")},
		"two Secrets, one of which may not be read": {
			[]func(*keyHouse) error{add(one()), add(keySecret("team-b", "one", "AK1", "x")), forbid("team-b")}, key("team-a", "hush")},
		"a key in a namespace that lost its label":            {[]func(*keyHouse) error{add(one()), unlabel("team-a")}, nil},
		"a key that the watch delivers after that":            {[]func(*keyHouse) error{add(one()), late(one())}, nil},
		"a key that cannot be used":                           {[]func(*keyHouse) error{add(broken)}, nil},
		"a key that another Secret has, which cannot be used": {[]func(*keyHouse) error{add(one()), add(broken)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			house := newKeyHouse(logr.FromSlogHandler(slog.NewJSONHandler(&log, nil)))
			for _, event := range test.events {
				if err := event(house); err != nil {
					t.Fatal(err)
				}
			}
			got, ok := house.keys.AccessKey("AK1")
			if ok != (test.want != nil) {
				t.Fatalf("got %t, %v", ok, got)
			}
			if ok {
				if diff := cmp.Diff(*test.want, got); diff != "" {
					t.Error("another key than wanted") // the difference would print it
				}
			}
			if strings.Contains(log.String(), "hush") || strings.Contains(log.String(), "AK1") {
				t.Errorf("the log tells a key: %s", &log)
			}
		})
	}
}

// keyHouse is a keyRooms whose rooms a test fills.
type keyHouse struct {
	*keyRooms
	stopped int
}

func newKeyHouse(logger logr.Logger) *keyHouse {
	house := &keyHouse{keyRooms: newKeyRooms(newKeys(logger))}
	house.start(func(*keyRoom) func() { return func() { house.stopped++ } })
	return house
}

// room returns the room of a namespace, which is made if it is not there.
func (h *keyHouse) room(namespace string) (*keyRoom, error) {
	err := h.Add(labelled(namespace))
	return h.rooms[namespace].keyRoom, err
}

func labelled(namespace string) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
}

// in is an event in a room.
func in(namespace string, event func(*keyRoom) error) func(*keyHouse) error {
	return func(h *keyHouse) error {
		room, err := h.room(namespace)
		return errors.Join(err, event(room))
	}
}

func add(secret *corev1.Secret) func(*keyHouse) error {
	return in(secret.Namespace, func(r *keyRoom) error { return r.Add(secret) })
}

func remove(secret *corev1.Secret) func(*keyHouse) error {
	return in(secret.Namespace, func(r *keyRoom) error { return r.Delete(secret) })
}

func replace(secret *corev1.Secret) func(*keyHouse) error {
	return in(secret.Namespace, func(r *keyRoom) error { return r.Replace([]any{secret}, "1") })
}

func forbid(namespace string) func(*keyHouse) error {
	return in(namespace, func(r *keyRoom) error {
		r.forbidden()
		return nil
	})
}

func unlabel(namespace string) func(*keyHouse) error {
	return func(h *keyHouse) error { return h.Delete(labelled(namespace)) }
}

// late is an event in a room that has ended.
func late(secret *corev1.Secret) func(*keyHouse) error {
	return in(secret.Namespace, func(r *keyRoom) error {
		r.end()
		return r.Add(secret)
	})
}

func TestKeysAreKnownOnceEveryNamespaceHasAnswered(t *testing.T) {
	house := newKeyHouse(logr.Discard())
	if house.synced() {
		t.Error("the keys are known before the namespaces are")
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(house.Replace([]any{labelled("team-a"), labelled("team-b")}, "1"))
	must(replace(keySecret("team-a", "one", "AK1", "hush"))(house))
	if house.synced() {
		t.Error("the keys are known before those of team-b are")
	}
	must(forbid("team-b")(house))
	if !house.synced() {
		t.Error("a namespace that may not be read holds up the others")
	}
	must(house.Add(labelled("team-c")))
	if !house.synced() {
		t.Error("a namespace that came later holds up the others")
	}
	must(house.Replace([]any{labelled("team-b")}, "2"))
	if _, known := house.keys.AccessKey("AK1"); known || house.stopped != 2 {
		t.Errorf("of the namespaces that were not listed again %d were left, and the key is known: %t", house.stopped, known)
	}
}

func TestKeysRefuseWhatIsNoSecret(t *testing.T) {
	house := newKeyHouse(logr.Discard())
	if house.Add("namespace") == nil || house.Delete("namespace") == nil || house.Replace([]any{"namespace"}, "1") == nil {
		t.Error("something that is no namespace was taken")
	}
	if house.synced() {
		t.Error("a list that was refused counts as listed")
	}
	room, err := house.room("team-a")
	if err != nil {
		t.Fatal(err)
	}
	if room.Add("key") == nil || room.Delete("key") == nil || room.Replace([]any{"key"}, "1") == nil {
		t.Error("something that is no Secret was taken")
	}
	if room.answered.Load() {
		t.Error("a list that was refused counts as listed")
	}
	if err := room.Replace(nil, "1"); err != nil || !room.answered.Load() {
		t.Errorf("an empty list does not count: %v", err)
	}
}
