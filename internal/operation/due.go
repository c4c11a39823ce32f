package operation

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Due returns which records have been kept for long enough, in the order in which they are to go, and when the next one will have
// been; zero if none will. Of one object no record goes before an older one: the latest tells what has been recorded.
func Due(records []*fleetv1.Operation, ttl func(*fleetv1.Operation) time.Duration, now time.Time) ([]*fleetv1.Operation, time.Time) {
	ordered := slices.SortedFunc(slices.Values(records), func(a, b *fleetv1.Operation) int {
		return cmp.Compare(a.Spec.Generation, b.Spec.Generation)
	})
	var due []*fleetv1.Operation
	var next time.Time
	kept := map[types.UID]bool{}
	for _, record := range ordered {
		uid := record.Spec.Target.UID
		if !Ended(record) || record.Status.EndTime == nil {
			kept[uid] = true
			continue
		}
		end := record.Status.EndTime.Add(ttl(record))
		switch {
		case end.After(now):
			kept[uid] = true
			if next.IsZero() || end.Before(next) {
				next = end
			}
		case uid != "" && kept[uid]:
		default:
			due = append(due, record)
		}
	}
	return due, next
}
