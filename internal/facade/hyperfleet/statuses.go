package hyperfleet

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// kindReport is the kind of which lists of reports are.
const kindReport = "AdapterStatus"

// listStatuses answers with a part of the reports about an object.
func (d *Dialect) listStatuses(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	_, record, err := d.find(r, call)
	if err != nil {
		return err
	}
	values, err := queryOf(r)
	if err != nil {
		return err
	}
	query, err := parseStatuses(values)
	if err != nil {
		return err
	}
	reported := make([]*fleetv1.AdapterStatus, 0, len(record.Reports))
	for _, status := range record.Reports {
		if status.Report != nil {
			reported = append(reported, status)
		}
	}
	part, total := query.of(reported)
	items := make([][]byte, 0, len(part))
	for _, status := range part {
		items = append(items, query.fields.of(reply.Encode(statusOf(status))))
	}
	reply.JSON(w, http.StatusOK, listBody(kindReport, query.page, total, items))
	return nil
}

// report takes the report of an adapter. The order of what is refused first is part of the contract: an unreadable body, an
// unknown target, a body that breaks rules, an adapter that the caller is not.
func (d *Dialect) report(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	body, err := facade.ReadJSON(w, r)
	if err != nil {
		return err
	}
	ref, _, err := d.find(r, call)
	if err != nil {
		return err
	}
	adapter, report, err := d.decodeReport(body)
	if err != nil {
		return err
	}
	stored, err := d.hub.Report(r.Context(), call.Caller, ref, adapter, report)
	if err != nil {
		return err
	}
	if stored == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	reply.JSON(w, http.StatusCreated, reply.Encode(statusOf(stored)))
	return nil
}
