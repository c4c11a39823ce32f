package hyperfleet

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const root, base = "/api/hyperfleet", "/api/hyperfleet/v1"

var (
	idPattern      = regexp.MustCompile(`^2[0-9a-z]{25}$`)
	addressPattern = regexp.MustCompile(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]+$`)
)

// members lists the members of a kind in their order; those that end in "?" may be missing.
var members = map[string][]string{
	"Cluster": {"kind", "id", "href", "name", "generation", "spec", "labels", "created_time", "updated_time",
		"created_by", "updated_by", "deleted_time?", "deleted_by?", "status"},
	"NodePool": {"kind", "id", "href", "name", "owner_references", "generation", "spec", "labels", "created_time", "updated_time",
		"created_by", "updated_by", "deleted_time?", "deleted_by?", "status"},
	"condition": {"type", "status", "reason?", "message?", "observed_generation", "created_time", "last_updated_time",
		"last_transition_time"},
	"AdapterStatus": {"adapter", "observed_generation", "conditions", "data", "metadata?", "created_time", "last_report_time"},
	"reported":      {"type", "status", "reason?", "message?", "last_transition_time"},
	"list":          {"kind", "page", "size", "total", "items"},
	"event":         {"type", "object"},
	"bookmark":      {"kind", "resource_version"},
	"metadata":      {"id", "kind", "href", "version", "build_time"},
}

// shape collects what is wrong with the shape of an answer.
type shape struct{ wrong []mismatch }

func (s *shape) demand(ok bool, path, format string, args ...any) {
	if !ok {
		s.wrong = append(s.wrong, mismatch{path, fmt.Sprintf(format, args...)})
	}
}

// shapeOf checks the shape of an answer of any kind. Answers to a request with the parameter fields are not whole, and are not
// for this.
func shapeOf(answer any) []mismatch {
	s := &shape{}
	whole, ok := answer.(*object)
	if !ok {
		s.demand(false, "", "is no object: %s", show(answer))
		return s.wrong
	}
	kind := whole.text("kind")
	switch {
	case kind == "Cluster" || kind == "NodePool":
		s.resource("", whole)
	case strings.HasSuffix(kind, "List"):
		s.list(whole)
	case kind == "API":
		s.order("", "metadata", whole)
	case whole.has("adapter"):
		s.adapterStatus("", whole)
	case whole.has("openapi"):
	default:
		s.demand(false, "", "is of no known kind: %s", show(answer))
	}
	return s.wrong
}

// order checks the members of an object and their order.
func (s *shape) order(path, kind string, got *object) {
	if got == nil {
		s.demand(false, path, "is no object")
		return
	}
	position := 0
	for _, member := range members[kind] {
		name, optional := strings.CutSuffix(member, "?")
		if position < len(got.keys) && got.keys[position] == name {
			position++
			if optional {
				s.demand(!slices.Contains([]any{"", nil}, got.get(name)), path+"/"+name, "is empty, and should be left out")
			}
			continue
		}
		s.demand(optional, path, "lacks %s at its place: %v", name, got.keys)
		if !optional {
			return
		}
	}
	s.demand(position == len(got.keys), path, "has more members than it should: %v", got.keys)
}

func (s *shape) list(list *object) {
	s.order("", "list", list)
	items, ok := list.get("items").([]any)
	s.demand(ok, "/items", "is no list")
	s.demand(list.get("size") == json.Number(fmt.Sprint(len(items))), "/size", "is %v for %d items", list.get("size"), len(items))
	for i, item := range items {
		path := fmt.Sprintf("/items/%d", i)
		one, ok := item.(*object)
		s.demand(ok, path, "is no object")
		switch {
		case !ok:
		case list.text("kind") == "AdapterStatusList":
			s.adapterStatus(path, one)
		default:
			s.demand(one.text("kind")+"List" == list.text("kind"), path+"/kind", "is %s in a %s", one.text("kind"), list.text("kind"))
			s.resource(path, one)
		}
	}
}

func (s *shape) resource(path string, got *object) {
	kind := got.text("kind")
	s.order(path, kind, got)
	id := got.text("id")
	s.demand(idPattern.MatchString(id), path+"/id", "is %q", id)
	s.demand(got.text("href") == base+"/"+strings.ToLower(kind)+"s/"+id, path+"/href", "is %q", got.text("href"))
	s.demand(typeOf(got.get("generation")) == "integer", path+"/generation", "is %v", got.get("generation"))
	s.demand(got.child("spec") != nil, path+"/spec", "is no object")
	s.labels(path+"/labels", got.child("labels"))
	s.times(path, got, secondsPattern, "created_time", "updated_time", "deleted_time")
	for _, name := range []string{"created_by", "updated_by", "deleted_by"} {
		s.demand(!got.has(name) || addressPattern.MatchString(got.text(name)), path+"/"+name, "is no address: %q", got.text(name))
	}
	s.demand(got.has("deleted_time") == got.has("deleted_by"), path, "has one of deleted_time and deleted_by only")
	if kind == "NodePool" {
		s.owner(path+"/owner_references", got.child("owner_references"))
	}
	s.conditions(path+"/status/conditions", got)
}

func (s *shape) owner(path string, owner *object) {
	if owner == nil {
		s.demand(false, path, "is no object")
		return
	}
	id := owner.text("id")
	s.demand(slices.Equal(owner.keys, []string{"kind", "id", "href"}), path, "has members %v", owner.keys)
	s.demand(owner.text("kind") == "Cluster" && idPattern.MatchString(id) && owner.text("href") == base+"/clusters/"+id,
		path, "is %s", show(owner))
}

func (s *shape) labels(path string, labels *object) {
	if labels == nil {
		s.demand(false, path, "is no object")
		return
	}
	for _, key := range labels.keys {
		prefix, _, _ := strings.Cut(key, "/")
		s.demand(typeOf(labels.get(key)) == "string", path+"/"+key, "is no string")
		s.demand(prefix != "slipway.dev" && !strings.HasSuffix(prefix, ".slipway.dev"), path+"/"+key, "is ours")
	}
}

func (s *shape) times(path string, got *object, pattern *regexp.Regexp, names ...string) {
	for _, name := range names {
		s.demand(!got.has(name) || pattern.MatchString(got.text(name)), path+"/"+name, "is %q", got.text(name))
	}
}

// conditions checks a resource's conditions: which there are, their order, their members, and that the copies are copies.
func (s *shape) conditions(path string, got *object) {
	status := got.child("status")
	list, _ := status.get("conditions").([]any)
	if status == nil || !slices.Equal(status.keys, []string{"conditions"}) || len(list) < 4 {
		s.demand(false, path, "are not as they should be: %s", show(status))
		return
	}
	var types []string
	for i, item := range list {
		one, ok := item.(*object)
		if !ok {
			s.demand(false, path, "hold %s", show(item))
			return
		}
		at := fmt.Sprintf("%s/%d", path, i)
		s.order(at, "condition", one)
		s.demand(slices.Contains([]string{"True", "False"}, one.text("status")), at+"/status", "is %q", one.text("status"))
		s.demand(typeOf(one.get("observed_generation")) == "integer", at+"/observed_generation", "is %s", show(one.get("observed_generation")))
		s.times(at, one, timePattern, "created_time", "last_updated_time", "last_transition_time")
		types = append(types, one.text("type"))
	}
	s.demand(slices.Equal(types[:4], []string{"Available", "Ready", "LastKnownReconciled", "Reconciled"}), path, "begin with %v", types[:4])
	s.demand(slices.IsSorted(types[4:]), path, "of adapters are not sorted: %v", types[4:])
	for _, conditionType := range types[4:] {
		s.demand(strings.HasSuffix(conditionType, "Successful"), path, "hold %s", conditionType)
	}
	for i := range 2 {
		original, copied := list[i].(*object), list[i+2].(*object)
		for _, key := range members["condition"][1:] {
			key = strings.TrimSuffix(key, "?")
			s.demand(original.get(key) == copied.get(key), fmt.Sprintf("%s/%d/%s", path, i+2, key), "differs from that of %s", types[i])
		}
		s.demand(original.text("created_time") == got.text("created_time"), fmt.Sprintf("%s/%d/created_time", path, i), "is not the object's")
	}
}

func (s *shape) adapterStatus(path string, got *object) {
	s.order(path, "AdapterStatus", got)
	s.times(path, got, timePattern, "created_time", "last_report_time")
	s.demand(got.child("data") != nil, path+"/data", "is no object")
	list, ok := got.get("conditions").([]any)
	s.demand(ok, path+"/conditions", "are no list")
	for i, item := range list {
		at := fmt.Sprintf("%s/conditions/%d", path, i)
		if one, ok := item.(*object); ok {
			s.order(at, "reported", one)
			s.times(at, one, timePattern, "last_transition_time")
		} else {
			s.demand(false, at, "is no object")
		}
	}
}
