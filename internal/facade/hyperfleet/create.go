package hyperfleet

import (
	"context"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// createCluster creates a cluster.
func (d *Dialect) createCluster(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	body, err := facade.ReadJSON(w, r)
	if err != nil {
		return err
	}
	wish, err := d.decodeCluster(body)
	if err != nil {
		return err
	}
	return d.create(w, r, body, func(ctx context.Context) (*hub.Record, error) {
		return d.hub.CreateCluster(ctx, call.Caller, wish)
	})
}

// createNodePool creates a node pool of a cluster.
func (d *Dialect) createNodePool(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	body, err := facade.ReadJSON(w, r)
	if err != nil {
		return err
	}
	cluster := clusterOf(call.Variables)
	wish, err := d.decodeNodePool(body)
	if err != nil {
		// An unknown cluster is told first. A good wish is not held up by that: it may be the repetition of a request whose
		// cluster is gone since.
		if _, unknown := d.hub.Get(r.Context(), call.Caller.Namespace, *cluster); unknown != nil {
			return unknown
		}
		return err
	}
	wish.Cluster = *cluster
	return d.create(w, r, body, func(ctx context.Context) (*hub.Record, error) {
		return d.hub.CreateNodePool(ctx, call.Caller, wish)
	})
}

// create answers with what birth creates, or, for a repeated Idempotency-Key, with the answer of the first time.
func (d *Dialect) create(
	w http.ResponseWriter, r *http.Request, body facade.Body, birth func(context.Context) (*hub.Record, error),
) error {
	key, err := idempotencyKey(r.Header)
	if err != nil {
		return err
	}
	do := func(ctx context.Context) (hub.Answer, error) {
		record, err := birth(ctx)
		if err != nil {
			return hub.Answer{}, err
		}
		header := map[string]string{headerLocation: shownHref(record), headerETag: etag(record)}
		return hub.Answer{Header: header, Body: encoded(record)}, nil
	}
	call := facade.From(r.Context())
	var answer hub.Answer
	replayed := false
	if key == "" {
		answer, err = do(r.Context())
	} else {
		request := hub.RequestKey{Path: call.Path, Key: key, Body: canonical(body.Object)}
		answer, replayed, err = d.hub.Once(r.Context(), call.Caller, request, do)
	}
	if err != nil {
		return err
	}
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	if replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	reply.JSON(w, http.StatusCreated, answer.Body)
	return nil
}
