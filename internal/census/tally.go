package census

import (
	"strings"
	"time"
)

// Tally is what a census has counted so far. Labels come in the order of the gauge's.
type Tally struct {
	now     time.Time
	samples map[*Gauge]map[string]*sample
}

type sample struct {
	labels []string
	value  float64
}

// Count counts one more.
func (t *Tally) Count(gauge *Gauge, labels ...string) { t.Add(gauge, 1, labels...) }

// Add adds a value to what is there.
func (t *Tally) Add(gauge *Gauge, value float64, labels ...string) {
	s, _ := t.sample(gauge, labels)
	s.value += value
}

// Set says what the value is.
func (t *Tally) Set(gauge *Gauge, value float64, labels ...string) {
	s, _ := t.sample(gauge, labels)
	s.value = value
}

// SetBool says whether something holds: 1 if so, else 0.
func (t *Tally) SetBool(gauge *Gauge, holds bool, labels ...string) {
	value := 0.0
	if holds {
		value = 1
	}
	t.Set(gauge, value, labels...)
}

// Age keeps the age, in seconds, of the oldest. What began in the future, by another clock, has no age yet.
func (t *Tally) Age(gauge *Gauge, since time.Time, labels ...string) {
	s, _ := t.sample(gauge, labels)
	s.value = max(s.value, t.now.Sub(since).Seconds())
}

// First keeps the earliest time, as Unix time.
func (t *Tally) First(gauge *Gauge, at time.Time, labels ...string) {
	s, found := t.sample(gauge, labels)
	value := float64(at.Unix())
	if !found || value < s.value {
		s.value = value
	}
}

// sample returns the value for the labels, and whether there was one.
func (t *Tally) sample(gauge *Gauge, labels []string) (*sample, bool) {
	key := strings.Join(labels, "\x00")
	all := t.samples[gauge]
	if all == nil {
		all = map[string]*sample{}
		t.samples[gauge] = all
	}
	s, found := all[key]
	if !found {
		s = &sample{labels: labels}
		all[key] = s
	}
	return s, found
}
