package expect

import (
	"time"

	clocktesting "k8s.io/utils/clock/testing"
)

// Clock returns a clock that stands at the present second, near the creation times that an API server gives.
func Clock() *clocktesting.FakePassiveClock {
	return clocktesting.NewFakePassiveClock(time.Now().Truncate(time.Second))
}
