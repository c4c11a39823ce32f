package hub

// plan says which entries to look at for a filter: those of any of the postings, or all if there are none to go by.
type plan struct {
	postings []posting
	// all tells that no posting helps.
	all bool
	// exact tells that the entries are those that the filter wants, so that none has to be looked at.
	exact bool
}

func (p plan) size(room *room) int {
	if p.all {
		return len(room.order)
	}
	size := 0
	for _, posting := range p.postings {
		size += len(posting)
	}
	return size
}

// plan finds the least entries that hold all that a filter wants.
func (r *room) plan(filter Filter) plan {
	switch f := filter.(type) {
	case nil:
		return plan{all: true, exact: true}
	case LabelIs:
		if indexed(f.Key) {
			return r.only(term{termLabel, f.Key, f.Value})
		}
	case ConditionIs:
		return r.only(term{termCondition, f.Type, f.Status})
	case NameIs:
		return r.only(term{field: termName, value: string(f)})
	case inCluster:
		return r.only(term{field: termCluster, value: string(f)})
	case And:
		return r.planAnd(f)
	case Or:
		return r.planOr(f)
	}
	return plan{all: true}
}

func (r *room) only(t term) plan {
	return plan{postings: []posting{r.postings[t]}, exact: true}
}

// planAnd takes the part that wants the least.
func (r *room) planAnd(filters And) plan {
	least := plan{all: true, exact: true}
	for i, filter := range filters {
		part := r.plan(filter)
		if i == 0 || part.size(r) < least.size(r) {
			least = part
		}
	}
	least.exact = least.exact && len(filters) <= 1
	return least
}

// planOr takes all parts together, unless that is no less than everything.
func (r *room) planOr(filters Or) plan {
	union := plan{exact: true}
	for _, filter := range filters {
		part := r.plan(filter)
		if part.all {
			return plan{all: true}
		}
		union.postings = append(union.postings, part.postings...)
		union.exact = union.exact && part.exact
	}
	if union.size(r) >= len(r.order) {
		return plan{all: true}
	}
	return union
}

// inCluster wants the pools of the Cluster of that name.
type inCluster string

// Match implements Filter.
func (f inCluster) Match(record *Record) bool {
	return record.NodePool != nil && record.NodePool.Spec.ClusterName == string(f)
}
