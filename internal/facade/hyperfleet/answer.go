package hyperfleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	mediaTypeJSON    = "application/json"
	mediaTypeProblem = "application/problem+json"
	mediaTypeStream  = "application/x-ndjson"

	headerETag            = "ETag"
	headerLocation        = "Location"
	headerResourceVersion = "X-Resource-Version"
)

// encode encodes a body. Text stays as it is: no browser reads these answers as anything but JSON. It panics if the value cannot be
// encoded, which would be a bug.
func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("hyperfleet: encoding %T: %v", value, err))
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// writeJSON answers with a body. That the client is gone is no error of ours.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", mediaTypeJSON)
	write(w, status, body)
}

// write answers with a body of the type that the headers say.
func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// etag is the ETag of an object.
func etag(record *hub.Record) string { return `"` + record.Object.ResourceVersion + `"` }

// writeObject answers with an object and its ETag.
func writeObject(w http.ResponseWriter, record *hub.Record, fields projection) {
	w.Header().Set(headerETag, etag(record))
	writeJSON(w, http.StatusOK, fields.of(encoded(record)))
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
