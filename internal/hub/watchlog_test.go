package hub

import (
	"testing"
	"time"
)

// A change of no known version is told to whoever resumes, for as long as it is remembered. Once it is forgotten, those must list
// again who may not know it: not those who know a version that was reached when every replica had known the change.
func TestWhoMustListAgainWhenAChangeIsForgotten(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(seconds int, version, horizon uint64) logged {
		return logged{version: version, horizon: horizon, at: start.Add(time.Duration(seconds) * time.Second)}
	}
	for name, tc := range map[string]struct {
		events []logged
		forgot int
		want   uint64
	}{
		"a change of a known version asks for that version":            {[]logged{at(0, 10, 9), at(1, 11, 10)}, 1, 10},
		"one of no known version for what was logged a while later":    {[]logged{at(0, always, 10), at(1, 11, 10), at(4, 12, 11), at(9, 30, 29)}, 1, 11},
		"the latest there is where nothing was logged a while later":   {[]logged{at(0, always, 10), at(1, 11, 10), at(2, 12, 11)}, 1, 11},
		"the highest that one of the forgotten asks for, in any order": {[]logged{at(0, 20, 9), at(0, always, 10), at(4, 21, 12)}, 2, 20},
		"its own where nothing came after it":                          {[]logged{at(0, always, 10)}, 1, 10},
	} {
		t.Run(name, func(t *testing.T) {
			var l watchLog
			l.append(len(tc.events), tc.events...)
			l.evict(tc.forgot)
			if _, ok := l.resume(tc.want); !ok || l.floor != tc.want {
				t.Errorf("floor = %d, want %d", l.floor, tc.want)
			}
			if _, ok := l.resume(tc.want - 1); ok {
				t.Errorf("version %d goes on, though it may miss a change", tc.want-1)
			}
		})
	}
}
