package release

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// pauses are how long a release that failed is left alone before the next attempt; the last one is repeated for ever.
var pauses = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
}

// quiet is how long a release is left alone at least, also where something says that the next attempt will go well.
const quiet = 30 * time.Second

// Request is what Flux is asked for through the annotations of a HelmRelease: to act on what was rendered, for the first time
// or once more. It is kept nowhere else: how often a release was tried is read back from the HelmRelease.
type Request struct {
	// Checksum is that of the rendered objects.
	Checksum string
	// Attempt counts the repetitions, from 0 for the first attempt.
	Attempt int
	// Time is when it was asked for, to the second. It tells a request from an earlier one for the same objects: after a change and
	// back Flux would else seem to have answered already.
	Time time.Time
	// Nodes is workload.Nodes at that time; empty if it was not known.
	Nodes string
}

// String writes the request as the annotations hold it.
func (r Request) String() string {
	if r.Attempt == 0 && r.Time.IsZero() {
		return r.Checksum
	}
	return strings.Join([]string{r.Checksum, strconv.Itoa(r.Attempt), strconv.FormatInt(r.Time.Unix(), 10), r.Nodes}, ".")
}

// ParseRequest reads a request. What is none is a request for something else.
func ParseRequest(text string) Request {
	parts := strings.Split(text, ".")
	if len(parts) != 4 {
		return Request{Checksum: text}
	}
	attempt, err := strconv.Atoi(parts[1])
	if err != nil || attempt < 0 {
		return Request{Checksum: text}
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return Request{Checksum: text}
	}
	return Request{Checksum: parts[0], Attempt: attempt, Time: time.Unix(seconds, 0).UTC(), Nodes: parts[3]}
}

// Asked returns what Flux was last asked for; the zero Request without a HelmRelease.
func Asked(hr *unstructured.Unstructured) Request {
	if hr == nil {
		return Request{}
	}
	return ParseRequest(hr.GetAnnotations()[fluxmeta.ReconcileRequestAnnotation])
}

// Mix lets something that is not rendered decide about the release too: with another digest Flux is asked anew. An empty digest
// changes nothing.
func (o *Objects) Mix(digest string) {
	if digest == "" {
		return
	}
	sum := sha256.Sum256([]byte(o.Checksum + digest))
	o.Checksum = hex.EncodeToString(sum[:])[:32]
	o.Ask(Request{Checksum: o.Checksum})
}

// Ask puts a request into the rendered objects. A repetition resets what Flux counted, so that it tries again, and asks for the
// chart again too, which Flux may have put off.
func (o Objects) Ask(request Request) {
	token := request.String()
	annotate(o.Release, fluxmeta.ReconcileRequestAnnotation, token)
	if request.Attempt > 0 {
		annotate(o.Release, helmv2.ResetRequestAnnotation, token)
		annotate(o.Source, fluxmeta.ReconcileRequestAnnotation, token)
	}
}

func annotate(object *unstructured.Unstructured, key, value string) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[key] = value
	object.SetAnnotations(annotations)
}

// Attempts is what decides about the next attempt.
type Attempts struct {
	// Asked is the last request.
	Asked Request
	// State is where the release is.
	State State
	// Applied is when the rendered objects last changed.
	Applied time.Time
	// Mended tells that what held the last attempt up seems to be gone: the workloads are fine, or the cluster answers again.
	Mended bool
	// Nodes is workload.Nodes now; empty if it is not known.
	Nodes string
	// Now is the present time.
	Now time.Time
}

// Next returns the request that should stand, and how long it is until the next one is due: zero if none is.
func Next(in Attempts) (Request, time.Duration) {
	if !in.State.Retryable() {
		return in.Asked, 0
	}
	since := latest(in.State.Since, in.Asked.Time, in.Applied)
	waited := in.Now.Sub(since)
	pause := pauses[min(in.Asked.Attempt, len(pauses)-1)]
	// Another clock than ours may have said when the attempt failed.
	waited = max(waited, 0)
	// What was not known at the last attempt counts as changed, once.
	moved := in.Asked.Attempt > 0 && in.Nodes != "" && in.Asked.Nodes != in.Nodes
	if in.Mended || moved {
		pause = min(pause, quiet)
	}
	if waited < pause {
		return in.Asked, pause - waited
	}
	return Request{Checksum: in.Asked.Checksum, Attempt: in.Asked.Attempt + 1, Time: in.Now, Nodes: in.Nodes}, 0
}

func latest(times ...time.Time) time.Time {
	var newest time.Time
	for _, t := range times {
		if t.After(newest) {
			newest = t
		}
	}
	return newest
}
