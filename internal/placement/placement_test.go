package placement

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func platform(name string, mutate ...func(*fleetv1.Platform)) fleetv1.Platform {
	p := fleetv1.Platform{ObjectMeta: metav1.ObjectMeta{Name: name}}
	for _, m := range mutate {
		m(&p)
	}
	return p
}

func isDefault(p *fleetv1.Platform) {
	p.Annotations = map[string]string{fleetv1.AnnotationDefaultPlatform: "true"}
}

func leaving(p *fleetv1.Platform) {
	now := metav1.NewTime(time.Unix(1, 0))
	p.DeletionTimestamp = &now
}

func TestChoose(t *testing.T) {
	for name, test := range map[string]struct {
		wish      Wish
		platforms []fleetv1.Platform
		want      string // the Platform's name
		fault     string // part of the message
	}{
		"the spec comes first": {
			wish: Wish{Named: "a", Label: "b"}, platforms: []fleetv1.Platform{platform("a"), platform("b"), platform("c", isDefault)}, want: "a",
		},
		"the namespace's label comes before the default": {
			wish: Wish{Label: "b"}, platforms: []fleetv1.Platform{platform("b"), platform("c", isDefault)}, want: "b",
		},
		"the default comes last": {
			platforms: []fleetv1.Platform{platform("b"), platform("c", isDefault)}, want: "c",
		},
		"a name that does not exist is a fault": {
			wish: Wish{Named: "x"}, platforms: []fleetv1.Platform{platform("c", isDefault)}, fault: "spec.platformName",
		},
		"a label that names nothing is a fault that names the namespace": {
			wish: Wish{Label: "x", Namespace: "team-a"}, fault: "namespace team-a",
		},
		"no default is a fault that says what to do": {
			platforms: []fleetv1.Platform{platform("b")}, fault: "set spec.platformName",
		},
		"two defaults are a fault that names both": {
			platforms: []fleetv1.Platform{platform("b", isDefault), platform("a", isDefault)}, fault: "(a, b)",
		},
		"a default on its way out takes no new clusters": {
			platforms: []fleetv1.Platform{platform("a", isDefault, leaving), platform("b", isDefault)}, want: "b",
		},
		"a labelled platform on its way out takes no new clusters": {
			wish: Wish{Label: "a"}, platforms: []fleetv1.Platform{platform("a", leaving)}, fault: "does not exist",
		},
		"a platform on its way out keeps the clusters that name it": {
			wish: Wish{Named: "a"}, platforms: []fleetv1.Platform{platform("a", leaving)}, want: "a",
		},
		"a deleted cluster gets no new platform":        {wish: Wish{Deleting: true}, platforms: []fleetv1.Platform{platform("c", isDefault)}},
		"a deleted cluster needs no platform":           {wish: Wish{Deleting: true, Named: "x"}},
		"a deleted cluster keeps the platform it names": {wish: Wish{Deleting: true, Named: "a"}, platforms: []fleetv1.Platform{platform("a")}, want: "a"},
	} {
		t.Run(name, func(t *testing.T) {
			got, fault := Choose(test.wish, test.platforms)
			switch {
			case test.want == "" && got != nil, test.want != "" && (got == nil || got.Name != test.want):
				t.Errorf("got Platform %v, want %q", got, test.want)
			case (fault != nil) != (test.fault != ""):
				t.Errorf("got fault %v, want one with %q", fault, test.fault)
			case fault != nil && !strings.Contains(fault.Message, test.fault):
				t.Errorf("got fault %q, want one with %q", fault.Message, test.fault)
			}
		})
	}
}
