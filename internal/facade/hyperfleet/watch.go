package hyperfleet

import (
	"fmt"
	"net/http"
	"time"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// lineTime is how long a client may take to accept a line of a stream.
const lineTime = 30 * time.Second

// watch answers with the stream of changes of the objects of a kind, one line each.
func (d *Dialect) watch(w http.ResponseWriter, r *http.Request, call *facade.Call, kind string) error {
	values, err := queryOf(r)
	if err != nil {
		return err
	}
	query, err := parseWatch(kind, values)
	if err != nil {
		return err
	}
	query.Cluster = clusterOf(call.Variables)
	stream, err := d.hub.Watch(r.Context(), call.Caller.Namespace, query.WatchQuery)
	if err != nil {
		return err
	}
	defer stream.Close()
	w.Header().Set("Content-Type", mediaTypeStream)
	w.WriteHeader(http.StatusOK)
	connection := http.NewResponseController(w)
	if connection.Flush() != nil {
		return nil
	}
	var line []byte
	for {
		event, err := stream.Next(r.Context())
		if err != nil {
			// The client is gone, the server ends, or the client was too slow: it goes on at its last bookmark.
			return nil
		}
		line = appendEvent(line[:0], kind, event, query.Fields)
		// A client that takes nothing must not hold its stream for ever. Servers without deadlines (in tests) go without.
		_ = connection.SetWriteDeadline(d.clock.Now().Add(lineTime))
		if _, err := w.Write(line); err != nil || connection.Flush() != nil {
			return nil
		}
	}
}

// appendEvent appends the line of an event.
func appendEvent(line []byte, kind string, event hub.Event, fields projection) []byte {
	line = fmt.Appendf(line, `{"type":%q,"object":`, string(event.Type))
	if event.Type == hub.Bookmark {
		line = fmt.Appendf(line, `{"kind":%q,"resource_version":%q}`, kind, event.ResourceVersion)
	} else {
		line = append(line, fields.of(encoded(event.Record))...)
	}
	return append(line, "}\n"...)
}
