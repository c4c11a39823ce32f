package hyperfleet

import (
	"net/http"
	"net/url"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// What is the same for clusters and node pools.

// mergePatch is the further media type of a PATCH.
const mergePatch = "application/merge-patch+json"

// find returns the object that a path names.
func (d *Dialect) find(r *http.Request, call *facade.Call) (hub.Ref, *hub.Record, error) {
	ref, err := targetOf(call.Variables)
	if err != nil {
		return hub.Ref{}, nil, err
	}
	record, err := d.hub.Get(r.Context(), call.Caller.Namespace, ref)
	return ref, record, err
}

// queryOf reads the parameters of a request. What cannot be read is refused: ignored, it would be as if nothing was asked for.
// Errors: badRequest.
func queryOf(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("The query cannot be read: % must begin an escape, and a semicolon be escaped.")
	}
	return values, nil
}

// get answers with one object.
func (d *Dialect) get(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	ref, record, err := d.find(r, call)
	if err != nil {
		return err
	}
	values, err := queryOf(r)
	if err != nil {
		return err
	}
	fields, err := parseObject(ref.Kind, values)
	if err != nil {
		return err
	}
	writeObject(w, record, fields)
	return nil
}

// list returns the handler that answers with a part of the objects of a kind, or with the stream of their changes.
func (d *Dialect) list(kind string) handler {
	return func(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
		if call.Watch {
			return d.watch(w, r, call, kind)
		}
		values, err := queryOf(r)
		if err != nil {
			return err
		}
		query, err := parseList(kind, values)
		if err != nil {
			return err
		}
		query.Cluster = clusterOf(call.Variables)
		page, err := d.hub.List(r.Context(), call.Caller.Namespace, query.Query)
		if err != nil {
			return err
		}
		items := make([][]byte, 0, len(page.Items))
		for _, record := range page.Items {
			items = append(items, query.Fields.of(encoded(record)))
		}
		w.Header().Set(headerResourceVersion, page.ResourceVersion)
		reply.JSON(w, http.StatusOK, listBody(kind, query.Page, page.Total, items))
		return nil
	}
}

// patch replaces labels or parameters of an object.
func (d *Dialect) patch(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	body, err := facade.ReadJSON(w, r, mergePatch)
	if err != nil {
		return err
	}
	ref, _, err := d.find(r, call)
	if err != nil {
		return err
	}
	change, err := d.decodePatch(body)
	if err != nil {
		return err
	}
	change.Precondition = ifMatch(r.Header)
	record, err := d.hub.Change(r.Context(), call.Caller, ref, change)
	if err != nil {
		return err
	}
	writeObject(w, record, nil)
	return nil
}

// delete begins the deletion of an object.
func (d *Dialect) delete(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	ref, err := targetOf(call.Variables)
	if err != nil {
		return err
	}
	record, err := d.hub.Delete(r.Context(), call.Caller, ref, ifMatch(r.Header))
	if err != nil {
		return err
	}
	reply.JSON(w, http.StatusAccepted, encoded(record))
	return nil
}

// forceDelete ends the deletion of an object.
func (d *Dialect) forceDelete(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	body, err := facade.ReadJSON(w, r)
	if err != nil {
		return err
	}
	ref, _, err := d.find(r, call)
	if err != nil {
		return err
	}
	reason, err := d.decodeForceDelete(body)
	if err != nil {
		return err
	}
	if err := d.hub.ForceDelete(r.Context(), call.Caller, ref, reason); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
