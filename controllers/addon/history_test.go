package addon

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestRecordDeployed(t *testing.T) {
	type step struct{ version, secret string }
	type want struct {
		current, previous, target string
		history                   []string
	}
	for name, test := range map[string]struct {
		steps []step
		wish  string
		want  want
	}{
		"the first deployment":       {steps: []step{{"1.0.0", ""}}, want: want{current: "1.0.0", history: []string{"1.0.0/"}}},
		"the same again is no entry": {steps: []step{{"1.0.0", "a"}, {"1.0.0", "a"}}, want: want{current: "1.0.0", history: []string{"1.0.0/a"}}},
		"other references are one": {
			steps: []step{{"1.0.0", "a"}, {"1.0.0", "b"}}, want: want{current: "1.0.0", history: []string{"1.0.0/b", "1.0.0/a"}},
		},
		"up": {
			steps: []step{{"1.0.0", ""}, {"1.1.0", ""}},
			want:  want{current: "1.1.0", previous: "1.0.0", target: "1.0.0", history: []string{"1.1.0/", "1.0.0/"}},
		},
		"up and down": {
			steps: []step{{"1.0.0", ""}, {"1.1.0", ""}, {"1.0.0", ""}},
			want:  want{current: "1.0.0", previous: "1.1.0", target: "1.1.0", history: []string{"1.0.0/", "1.1.0/", "1.0.0/"}},
		},
		"on the way up, or after a failure, the one that runs is the target": {
			steps: []step{{"1.0.0", ""}, {"1.1.0", ""}}, wish: "2.0.0",
			want: want{current: "1.1.0", previous: "1.0.0", target: "1.1.0", history: []string{"1.1.0/", "1.0.0/"}},
		},
		"the target's entry outlives any number of changes": {
			steps: []step{
				{"1.0.0", "old"}, {"1.1.0", "1"}, {"1.1.0", "2"}, {"1.1.0", "3"}, {"1.1.0", "4"}, {"1.1.0", "5"}, {"1.1.0", "6"},
				{"1.1.0", "7"}, {"1.1.0", "8"}, {"1.1.0", "9"}, {"1.1.0", "10"}, {"1.1.0", "11"},
			},
			want: want{current: "1.1.0", previous: "1.0.0", target: "1.0.0", history: []string{
				"1.1.0/11", "1.1.0/10", "1.1.0/9", "1.1.0/8", "1.1.0/7", "1.1.0/6", "1.1.0/5", "1.1.0/4", "1.1.0/3", "1.0.0/old",
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scope{addon: &fleetv1.Addon{}}
			for i, step := range test.steps {
				s.addon.Generation = int64(i)
				s.addon.Spec.Version, s.addon.Spec.ValuesFrom = step.version, nil
				if step.secret != "" {
					s.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: step.secret}}
				}
				recordDeployed(s, metav1.Time{})
			}
			if test.wish != "" {
				s.addon.Spec.Version = test.wish
			}
			status := s.addon.Status
			got := want{current: status.CurrentVersion, previous: status.PreviousVersion, target: rollbackTarget(s.addon)}
			for _, entry := range status.History {
				secret := ""
				if len(entry.ValuesFrom) > 0 {
					secret = entry.ValuesFrom[0].Name
				}
				got.history = append(got.history, fmt.Sprintf("%s/%s", entry.Version, secret))
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
