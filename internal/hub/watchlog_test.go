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

// Who was told a version just now can go on from it, however much happens in the room.
func TestABusyRoomRemembersForWhoCameJustNow(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// Every tenth of a second something happens to a cluster; reports lag behind by some versions.
	busy := func(count int, lag uint64, change func(i int, event *logged)) *watchLog {
		l := &watchLog{}
		for i := range count {
			version := uint64(i) + 1000
			event := logged{version: version, horizon: version - lag, at: start.Add(time.Duration(i) * 100 * time.Millisecond)}
			change(i, &event)
			l.append(1, event)
		}
		return l
	}
	asIs := func(int, *logged) {}
	at := func(duration time.Duration) func(int, *logged) {
		return func(i int, event *logged) { event.at = start.Add(time.Duration(i) * duration) }
	}
	for name, tc := range map[string]struct {
		log *watchLog
		// want is the oldest version that can be resumed from.
		want uint64
	}{
		"a quiet room remembers a number":                     {busy(leastLogged+10, 1, asIs), 1009},
		"a busy one the time between two bookmarks":           {busy(3000, 1, at(10*time.Millisecond)), 0},
		"then it forgets":                                     {busy(4000, 1, at(10*time.Millisecond)), 1998},
		"versions that lag hold on to what they do not cover": {busy(leastLogged+100, 400, asIs), 0},
		"a burst has a limit":                                 {busy(mostLogged+10, 1, at(time.Millisecond)), 1009},
		"a change of no version is kept until everybody knows it": {busy(leastLogged+10, 1, func(i int, e *logged) {
			if i == 0 {
				e.version = always
			}
		}), 1029},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.log.floor != tc.want {
				t.Errorf("floor = %d, want %d", tc.log.floor, tc.want)
			}
		})
	}
}
