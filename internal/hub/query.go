package hub

import "context"

// Query says which objects are wanted, in which order, and which part of them.
type Query struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Cluster, for NodePools, is the Cluster whose pools are wanted; nil for all pools of the tenant.
	Cluster *Ref
	// Filter says which objects are wanted; nil for all.
	Filter Filter
	// Compare orders the objects: negative if a comes first. The id breaks ties. Nil is newest first.
	Compare func(a, b *Record) int
	// Offset and Limit say which part of the ordered objects is wanted.
	Offset, Limit int
}

// Page is a part of a list.
type Page struct {
	// Items are the wanted objects.
	Items []*Record
	// Total is how many objects match, on all pages.
	Total int
	// ResourceVersion is the version that the list was read at: a watch from it misses nothing.
	ResourceVersion string
}

// Filter says which objects are wanted. The index answers LabelIs, ConditionIs and NameIs, also below And and Or, without
// looking at every object.
type Filter interface {
	// Match tells whether the object is wanted. It must be pure.
	Match(record *Record) bool
}

// And wants what all of its filters want; everything if there are none.
type And []Filter

// Or wants what one of its filters wants; nothing if there are none.
type Or []Filter

// Not wants what its filter does not want.
type Not struct{ Filter }

// Where wants what the function wants.
type Where func(record *Record) bool

// LabelIs wants objects with the label.
type LabelIs struct{ Key, Value string }

// ConditionIs wants objects that show a condition of the type with the status: True or False.
type ConditionIs struct{ Type, Status string }

// NameIs wants objects of the name: Record.Name.
type NameIs string

// Match implements Filter.
func (f And) Match(record *Record) bool {
	for _, filter := range f {
		if !filter.Match(record) {
			return false
		}
	}
	return true
}

// Match implements Filter.
func (f Or) Match(record *Record) bool {
	for _, filter := range f {
		if filter.Match(record) {
			return true
		}
	}
	return false
}

// Match implements Filter.
func (f Not) Match(record *Record) bool { return !f.Filter.Match(record) }

// Match implements Filter.
func (f Where) Match(record *Record) bool { return f(record) }

// Match implements Filter.
func (f LabelIs) Match(record *Record) bool {
	value, ok := record.Object.Labels[f.Key]
	return ok && value == f.Value
}

// Match implements Filter.
func (f ConditionIs) Match(record *Record) bool {
	condition := record.Condition(f.Type)
	return condition != nil && string(condition.Status) == f.Status
}

// Match implements Filter.
func (f NameIs) Match(record *Record) bool { return record.Name == string(f) }

// Condition returns the condition of the type, or nil.
func (r *Record) Condition(conditionType string) *Condition {
	for i := range r.Conditions {
		if r.Conditions[i].Type == conditionType {
			return &r.Conditions[i]
		}
	}
	return nil
}

// WatchQuery says which changes are wanted.
type WatchQuery struct {
	// Kind, Cluster and Filter are those of a Query.
	Kind    string
	Cluster *Ref
	Filter  Filter
	// ResourceVersion is where to go on: the changes after it are wanted. Empty or "0": all objects first.
	ResourceVersion string
}

// EventType is what happened.
type EventType string

// What can happen.
const (
	// Added says that an object came to match the filter.
	Added EventType = "ADDED"
	// Modified says that an object that matches changed.
	Modified EventType = "MODIFIED"
	// Deleted says that an object ceased to match, or to be. The record is its last state.
	Deleted EventType = "DELETED"
	// Bookmark says that everything up to its version was sent. It has no record.
	Bookmark EventType = "BOOKMARK"
)

// Event is one change.
type Event struct {
	Type            EventType
	Record          *Record
	ResourceVersion string
}

// Stream is a sequence of changes.
type Stream interface {
	// Next waits for the next change. It sends a Bookmark after the objects of the beginning and every 30 seconds at the latest.
	// Errors: Expired, when the reader was too slow; the context's.
	Next(ctx context.Context) (Event, error)
	// Close ends the stream.
	Close()
}
