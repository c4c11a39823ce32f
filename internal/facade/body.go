package facade

import (
	"bytes"
	"errors"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/params"
)

const (
	// MaxBody is how many bytes a body may have.
	MaxBody = params.MaxSize
	// firstRoom is how much memory is set aside before a byte of a body was seen.
	firstRoom = 16 << 10

	mediaTypeJSON = "application/json"
)

// bodyTime is how long a body may take to arrive. Tests shorten it.
var bodyTime = 10 * time.Second

// Body is the JSON object that a client sent.
type Body struct {
	// Raw is what was sent.
	Raw []byte
	// Object is Raw decoded. Numbers are json.Number and so exact.
	Object map[string]any
}

// ReadJSON reads the JSON object in a request's body. The media type must be application/json or one of the further types; a
// body without one counts as JSON.
//
// Errors are of type *Refusal: 415 (media type, charset, content encoding), 413 (more than MaxBody bytes), 400 with the cause
// BadBody (no JSON object, a key twice, nested too deep, not UTF-8, too slow to arrive). With BadBody, Raw is set if the body
// arrived whole.
func ReadJSON(w http.ResponseWriter, r *http.Request, further ...string) (Body, error) {
	if refusal := checkType(r.Header, further); refusal != nil {
		return Body{}, refusal
	}
	return ReadUntyped(w, r)
}

// ReadUntyped is ReadJSON for dialects whose clients say nothing true about the media type of what they send: nobody looks at
// it, and there is no 415.
func ReadUntyped(w http.ResponseWriter, r *http.Request) (Body, error) {
	raw, refusal := readAll(w, r)
	if refusal != nil {
		return Body{}, refusal
	}
	object, refusal := decode(raw)
	if refusal != nil {
		return Body{Raw: raw}, refusal
	}
	return Body{Raw: raw, Object: object}, nil
}

// ReadValue is ReadUntyped for requests whose body may be any JSON value, or empty. Then the value, whose numbers are json.Number, is
// nil.
func ReadValue(w http.ResponseWriter, r *http.Request) (any, error) {
	raw, refusal := readAll(w, r)
	if refusal != nil {
		return nil, refusal
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, nil
	}
	value, refusal := decodeValue(raw)
	if refusal != nil {
		return nil, refusal
	}
	return value, nil
}

// checkType refuses what is no JSON in UTF-8, as far as the headers tell.
func checkType(header http.Header, further []string) *Refusal {
	unsupported := func(detail string) *Refusal {
		return &Refusal{Status: http.StatusUnsupportedMediaType, Detail: detail}
	}
	for _, encoding := range header["Content-Encoding"] {
		if encoding != "" && !strings.EqualFold(encoding, "identity") {
			return unsupported("A body must not be compressed.")
		}
	}
	given := header["Content-Type"]
	switch {
	case len(given) == 0 || len(given) == 1 && (given[0] == "" || given[0] == mediaTypeJSON):
		return nil
	case len(given) > 1:
		return unsupported("Content-Type is given more than once.")
	}
	mediaType, parameters, err := mime.ParseMediaType(given[0])
	if err != nil || mediaType != mediaTypeJSON && !slices.Contains(further, mediaType) {
		return unsupported("Content-Type must be " + strings.Join(append([]string{mediaTypeJSON}, further...), " or ") + ".")
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return unsupported("The charset must be utf-8.")
	}
	return nil
}

// readAll reads a body that is neither too large nor too slow.
func readAll(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	if r.ContentLength > MaxBody {
		return nil, giveUp(w, r, &Refusal{Status: http.StatusRequestEntityTooLarge, Detail: "A body may have 1 MiB at most."})
	}
	// Deadlines of connections are in real time. Servers without them (in tests) read without.
	deadlines := http.NewResponseController(w)
	limited := deadlines.SetReadDeadline(clock.RealClock{}.Now().Add(bodyTime)) == nil
	var buffer bytes.Buffer
	buffer.Grow(int(min(max(r.ContentLength, 0), firstRoom)) + bytes.MinRead)
	_, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, MaxBody))
	if err == nil {
		if limited {
			// A server that waits for the next request on the connection must not take the deadline for the caller's end.
			_ = deadlines.SetReadDeadline(time.Time{})
		}
		return buffer.Bytes(), nil
	}
	// The deadline stays: the server would wait for the rest of the body.
	refusal := &Refusal{Status: http.StatusBadRequest, Cause: BadBody, Detail: "The body could not be read to its end."}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		refusal = &Refusal{Status: http.StatusRequestEntityTooLarge, Detail: "A body may have 1 MiB at most."}
	} else if errors.Is(err, os.ErrDeadlineExceeded) {
		refusal.Detail = "The body took too long to arrive."
	}
	return nil, giveUp(w, r, refusal)
}

// giveUp ends the connection after the answer, since the rest of the body would still come on it. A stream of HTTP/2 ends by
// itself.
func giveUp(w http.ResponseWriter, r *http.Request, refusal *Refusal) *Refusal {
	if r.ProtoMajor < 2 {
		w.Header().Set("Connection", "close")
	}
	return refusal
}

// decode decodes a JSON object.
func decode(raw []byte) (map[string]any, *Refusal) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, malformed("The body is empty; a JSON object is needed.")
	}
	value, refusal := decodeValue(raw)
	if refusal != nil {
		return nil, refusal
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, malformed("The body must be a JSON object.")
	}
	return object, nil
}

// decodeValue decodes JSON.
func decodeValue(raw []byte) (any, *Refusal) {
	value, faults := params.Decode(raw, "body")
	if len(faults) > 0 {
		return nil, malformed(params.Join(faults))
	}
	return value, nil
}

// malformed is the error of a body that is not what it must be.
func malformed(detail string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Cause: BadBody, Detail: detail}
}
