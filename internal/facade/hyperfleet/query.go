package hyperfleet

import (
	"net/url"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// listQuery is what a list request asks for.
type listQuery struct {
	hub.Query
	// Page is the number of the page, from 1.
	Page int
	// Fields are the members to show.
	Fields projection
}

// watchQuery is what a watch request asks for.
type watchQuery struct {
	hub.WatchQuery
	// Fields are the members to show.
	Fields projection
}

// statusQuery is what a request for adapter statuses asks for.
type statusQuery struct {
	paging
	match   func(*fleetv1.AdapterStatus) bool
	compare comparison[*fleetv1.AdapterStatus]
}

// parseList reads the parameters of a list of clusters or node pools. The caller sets Query.Cluster. Errors: invalidFields
// (page, pageSize, size, fields), badRequest (orderBy, order, search).
func parseList(kind string, values url.Values) (listQuery, error) {
	paging, err := parsePaging(membersOf(kind), values)
	if err != nil {
		return listQuery{}, err
	}
	compare, err := parseOrder(recordOrders, values)
	if err != nil {
		return listQuery{}, err
	}
	filter, err := parseSearch(values)
	if err != nil {
		return listQuery{}, err
	}
	query := hub.Query{Kind: kind, Filter: filter, Compare: compare, Offset: paging.offset(), Limit: paging.size}
	return listQuery{Query: query, Page: paging.page, Fields: paging.fields}, nil
}

// parseObject reads the parameters of a request for one cluster or node pool: the members to show. Errors: invalidFields.
func parseObject(kind string, values url.Values) (projection, error) {
	fields, faults := parseFields(membersOf(kind), values)
	if len(faults) > 0 {
		return nil, invalidFields(faults)
	}
	return fields, nil
}

// parseWatch reads the parameters of a watch of clusters or node pools. The caller sets WatchQuery.Cluster. Errors:
// invalidFields (fields), badRequest (all others; paging and order mean nothing here).
func parseWatch(kind string, values url.Values) (watchQuery, error) {
	for _, name := range []string{paramPage, paramPageSize, paramSize, paramOrderBy, paramOrder} {
		if values.Has(name) {
			return watchQuery{}, badRequest(name + " cannot be combined with watch.")
		}
	}
	fields, err := parseObject(kind, values)
	if err != nil {
		return watchQuery{}, err
	}
	filter, err := parseSearch(values)
	if err != nil {
		return watchQuery{}, err
	}
	version := values.Get(paramResourceVersion)
	if strings.Trim(version, "0123456789") != "" {
		return watchQuery{}, badRequest("resourceVersion must be a version that a list or a bookmark told.")
	}
	query := hub.WatchQuery{Kind: kind, Filter: filter, ResourceVersion: version}
	return watchQuery{WatchQuery: query, Fields: fields}, nil
}

// parseStatuses reads the parameters of a list of adapter statuses. Errors: as of parseList.
func parseStatuses(values url.Values) (statusQuery, error) {
	paging, err := parsePaging(statusMembers, values)
	if err != nil {
		return statusQuery{}, err
	}
	compare, err := parseOrder(statusOrders, values)
	if err != nil {
		return statusQuery{}, err
	}
	match, err := parseStatusSearch(values)
	if err != nil {
		return statusQuery{}, err
	}
	if compare == nil {
		compare = reverse(statusOrders["created_time"])
	}
	return statusQuery{paging: paging, match: match, compare: inTurn([]comparison[*fleetv1.AdapterStatus]{compare, statusOrders["adapter"]})}, nil
}

// of returns the wanted part of the statuses, and how many match. It does not touch its argument.
func (q statusQuery) of(statuses []*fleetv1.AdapterStatus) (part []*fleetv1.AdapterStatus, total int) {
	for _, status := range statuses {
		if q.match == nil || q.match(status) {
			part = append(part, status)
		}
	}
	total = len(part)
	slices.SortStableFunc(part, q.compare)
	begin := min(q.offset(), total)
	return part[begin:min(begin+q.size, total)], total
}
