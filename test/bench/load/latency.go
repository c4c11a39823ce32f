package load

import (
	"slices"
	"time"
)

// Result is what a load was answered with.
type Result struct {
	// Latencies holds one entry for each request, sorted.
	Latencies []time.Duration
	// Elapsed is from the first request to the last answer.
	Elapsed time.Duration
	// Repeated is how often a server asked to come again later (429 and 503), and the request was sent once more.
	Repeated int
}

// Count is the number of requests that were answered.
func (r Result) Count() int { return len(r.Latencies) }

// Rate is requests per second.
func (r Result) Rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Count()) / r.Elapsed.Seconds()
}

// Percentile returns the latency that the share of requests (0 to 1) did not exceed; zero if there were none.
func (r Result) Percentile(share float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	// The smallest latency that at least the share is not above.
	rank := int(share*float64(len(r.Latencies))+0.999999) - 1
	return r.Latencies[min(max(rank, 0), len(r.Latencies)-1)]
}

// Join puts results of the same kind of load together, one after the other.
func Join(results ...Result) Result {
	var all Result
	for _, r := range results {
		all.Latencies = append(all.Latencies, r.Latencies...)
		all.Elapsed += r.Elapsed
		all.Repeated += r.Repeated
	}
	slices.Sort(all.Latencies)
	return all
}
