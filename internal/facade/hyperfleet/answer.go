package hyperfleet

import (
	"fmt"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	mediaTypeProblem = "application/problem+json"
	mediaTypeStream  = "application/x-ndjson"

	headerETag            = "ETag"
	headerLocation        = "Location"
	headerResourceVersion = "X-Resource-Version"
)

// etag is the ETag of an object.
func etag(record *hub.Record) string { return `"` + record.Object.ResourceVersion + `"` }

// writeObject answers with an object and its ETag.
func writeObject(w http.ResponseWriter, record *hub.Record, fields projection) {
	w.Header().Set(headerETag, etag(record))
	reply.JSON(w, http.StatusOK, fields.of(encoded(record)))
}

// listBody is a list of encoded objects.
func listBody(kind string, page, total int, items [][]byte) []byte {
	size := 128
	for _, item := range items {
		size += len(item) + 1
	}
	body := make([]byte, 0, size)
	body = fmt.Appendf(body, `{"kind":%q,"page":%d,"size":%d,"total":%d,"items":[`, kind+"List", page, len(items), total)
	for i, item := range items {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, item...)
	}
	return append(body, "]}"...)
}
