package facade

import "time"

// SetBodyTime changes how long a body may take, and returns how to change it back.
func SetBodyTime(to time.Duration) (back func()) {
	before := bodyTime
	bodyTime = to
	return func() { bodyTime = before }
}
