// Package load generates HTTP load with as little work of its own as it can, because it shares the machine's cores with what
// it measures: requests are bytes made beforehand, answers are read into buffers that are used again, HTTP/1.1 only, one
// request at a time on each connection. test/bench calls it.
//
// There are two kinds of load. Closed: so many workers, each of which sends its next request when it has the answer to the
// last; good for rates and for CPU time per request. Open: requests are due at fixed times whatever the server does, and a
// latency counts from when its request was due; good for percentiles, which a closed load makes look better than they are.
//
// It knows nothing of Slipway, and never repeats a request on its own.
package load
