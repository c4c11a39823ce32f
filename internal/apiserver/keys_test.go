package apiserver

import (
	"bytes"
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
		events []func(*keys) error
		want   *tenancy.AccessKey
	}{
		"a key that nobody has heard of": {},
		"a key":                          {[]func(*keys) error{add(one())}, key("team-a", "hush")},
		"a key that was listed":          {[]func(*keys) error{replace(one())}, key("team-a", "hush")},
		"another key":                    {[]func(*keys) error{add(keySecret("team-a", "one", "AK2", "hush"))}, nil},
		"a key that is gone":             {[]func(*keys) error{add(one()), remove(one())}, nil},
		"a key that was not listed again": {
			[]func(*keys) error{add(one()), replace(keySecret("team-a", "two", "AK2", "hush"))}, nil},
		"a key that was changed":                              {[]func(*keys) error{add(one()), add(keySecret("team-a", "one", "AK1", "new"))}, key("team-a", "new")},
		"a key that was given up":                             {[]func(*keys) error{add(one()), add(keySecret("team-a", "one", "AK2", "hush"))}, nil},
		"two Secrets with one key":                            {[]func(*keys) error{add(one()), add(keySecret("team-b", "one", "AK1", "mine"))}, nil},
		"two Secrets, listed":                                 {[]func(*keys) error{replace(one(), keySecret("team-b", "one", "AK1", "mine"))}, nil},
		"two, of which one is gone":                           {[]func(*keys) error{add(one()), add(keySecret("team-b", "one", "AK1", "mine")), remove(one())}, key("team-b", "mine")},
		"two, of which one is changed":                        {[]func(*keys) error{add(one()), add(keySecret("team-b", "one", "AK1", "x")), add(keySecret("team-b", "one", "AK2", "x"))}, key("team-a", "hush")},
		"a key that cannot be used":                           {[]func(*keys) error{add(broken)}, nil},
		"a key that another Secret has, which cannot be used": {[]func(*keys) error{add(one()), add(broken)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			k := newKeys(logr.FromSlogHandler(slog.NewJSONHandler(&log, nil)))
			for _, event := range test.events {
				if err := event(k); err != nil {
					t.Fatal(err)
				}
			}
			got, ok := k.AccessKey("AK1")
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

func add(secret *corev1.Secret) func(*keys) error {
	return func(k *keys) error { return k.Add(secret) }
}

func remove(secret *corev1.Secret) func(*keys) error {
	return func(k *keys) error { return k.Delete(secret) }
}

func replace(secrets ...*corev1.Secret) func(*keys) error {
	return func(k *keys) error {
		objects := make([]any, 0, len(secrets))
		for _, secret := range secrets {
			objects = append(objects, secret)
		}
		return k.Replace(objects, "1")
	}
}

func TestKeysRefuseWhatIsNoSecret(t *testing.T) {
	k := newKeys(logr.Discard())
	if k.Add("key") == nil || k.Delete("key") == nil || k.Replace([]any{"key"}, "1") == nil {
		t.Error("something that is no Secret was taken")
	}
	if k.synced() {
		t.Error("a list that was refused counts as listed")
	}
	if err := k.Replace(nil, "1"); err != nil || !k.synced() {
		t.Errorf("an empty list does not count: %v", err)
	}
}
