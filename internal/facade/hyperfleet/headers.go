package hyperfleet

import (
	"net/http"
	"strings"

	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	headerIdempotencyKey = "Idempotency-Key"
	headerIfMatch        = "If-Match"
	// maxKey is how long an Idempotency-Key may be.
	maxKey = 128
)

// idempotencyKey reads the key of a request that is to be done at most once; empty if there is none. Errors: badRequest.
func idempotencyKey(header http.Header) (string, error) {
	keys, given := header[headerIdempotencyKey]
	if !given {
		return "", nil
	}
	invisible := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxKey || strings.IndexFunc(keys[0], invisible) >= 0 {
		return "", badRequest("Idempotency-Key must be given once and consist of 1 to 128 visible ASCII characters.")
	}
	return keys[0], nil
}

// ifMatch reads which versions a change may meet: the tags of If-Match. A weak tag never matches, nor does what is no tag.
func ifMatch(header http.Header) hub.Precondition {
	lines, given := header[headerIfMatch]
	if !given {
		return hub.Precondition{}
	}
	versions := []string{}
	rest := strings.Join(lines, ",")
	for rest != "" {
		rest = strings.TrimLeft(rest, " \t,")
		begin, end := strings.IndexByte(rest, '"'), strings.IndexByte(rest, ',')
		if begin < 0 || end >= 0 && end < begin {
			// No quote before the next comma: it is the asterisk or no tag.
			item, next, _ := strings.Cut(rest, ",")
			if strings.TrimRight(item, " \t") == "*" {
				return hub.Precondition{}
			}
			rest = next
			continue
		}
		length := strings.IndexByte(rest[begin+1:], '"')
		if length < 0 {
			break
		}
		if begin == 0 {
			versions = append(versions, rest[1:1+length])
		}
		rest = rest[begin+length+2:]
	}
	return hub.Precondition{ResourceVersions: versions}
}
