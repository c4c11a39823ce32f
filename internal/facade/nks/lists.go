package nks

import (
	"encoding/json"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// answerPage answers with the page of a list that a client asks for.
func (d *Dialect) answerPage(r *request, p paging, name string, items []item) error {
	indexes, more, err := p.page(items)
	if err != nil {
		return err
	}
	list := make([]json.RawMessage, 0, len(indexes))
	for _, i := range indexes {
		list = append(list, items[i].encoded())
	}
	body := map[string]any{name: list}
	if more {
		body["next"] = p.next(d.base(r.Request), r.call.Path, items[indexes[len(indexes)-1]].id)
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(body))
	return nil
}
