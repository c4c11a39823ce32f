package apiserver

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func account(name string, adapters ...string) *metav1.PartialObjectMetadata {
	made := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: name}}
	if len(adapters) > 0 {
		made.Annotations = map[string]string{fleetv1.AnnotationAdapters: adapters[0], "example.com/other": "x"}
	}
	return made
}

func TestAccounts(t *testing.T) {
	for name, tc := range map[string]struct {
		events func(*accounts) error
		want   map[string]string
	}{
		"an account nobody has heard of is not bound": {events: func(*accounts) error { return nil }},
		"an account without the annotation is not bound": {
			events: func(a *accounts) error { return a.Add(account("one")) },
		},
		"an account is bound to the adapters that it names": {
			events: func(a *accounts) error { return a.Add(account("one", "dns, validation")) },
			want:   map[string]string{fleetv1.AnnotationAdapters: "dns, validation"},
		},
		"an annotation that names nobody binds all the same": {
			events: func(a *accounts) error { return a.Add(account("one", "")) },
			want:   map[string]string{fleetv1.AnnotationAdapters: ""},
		},
		"an account that loses the annotation is free": {
			events: func(a *accounts) error {
				if err := a.Add(account("one", "dns")); err != nil {
					return err
				}
				return a.Update(account("one"))
			},
		},
		"an account that is gone is not bound": {
			events: func(a *accounts) error {
				if err := a.Add(account("one", "dns")); err != nil {
					return err
				}
				return a.Delete(account("one", "dns"))
			},
		},
		"a list says all there is to say": {
			events: func(a *accounts) error {
				if err := a.Add(account("one", "dns")); err != nil {
					return err
				}
				return a.Replace([]any{account("two", "dns")}, "7")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccounts()
			if err := tc.events(a); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, a.Annotations("team-a", "one")); diff != "" {
				t.Errorf("annotations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccountsRefuseWhatIsNoMetadata(t *testing.T) {
	a := newAccounts()
	if a.Add("account") == nil || a.Delete("account") == nil || a.Replace([]any{"account"}, "1") == nil {
		t.Error("something that is no metadata was taken")
	}
	if a.synced() {
		t.Error("a list that was refused counts as listed")
	}
}
