package hyperfleet

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
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
type shape struct{ wrong []suite.Mismatch }

func (s *shape) demand(ok bool, path, format string, args ...any) {
	if !ok {
		s.wrong = append(s.wrong, suite.Mismatch{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// shapeOf checks the shape of an answer of any kind. Answers to a request with the parameter fields are not whole, and are not
// for this.
func shapeOf(answer any) []suite.Mismatch {
	s := &shape{}
	whole, ok := answer.(*suite.Object)
	if !ok {
		s.demand(false, "", "is no object: %s", suite.Show(answer))
		return s.wrong
	}
	kind := whole.Text("kind")
	switch {
	case kind == "Cluster" || kind == "NodePool":
		s.resource("", whole)
	case strings.HasSuffix(kind, "List"):
		s.list(whole)
	case kind == "API":
		s.order("", "metadata", whole)
	case whole.Has("adapter"):
		s.adapterStatus("", whole)
	case whole.Has("openapi"):
	default:
		s.demand(false, "", "is of no known kind: %s", suite.Show(answer))
	}
	return s.wrong
}

// order checks the members of an object and their order.
func (s *shape) order(path, kind string, got *suite.Object) {
	if got == nil {
		s.demand(false, path, "is no object")
		return
	}
	position := 0
	for _, member := range members[kind] {
		name, optional := strings.CutSuffix(member, "?")
		if position < len(got.Keys) && got.Keys[position] == name {
			position++
			if optional {
				s.demand(!slices.Contains([]any{"", nil}, got.Get(name)), path+"/"+name, "is empty, and should be left out")
			}
			continue
		}
		s.demand(optional, path, "lacks %s at its place: %v", name, got.Keys)
		if !optional {
			return
		}
	}
	s.demand(position == len(got.Keys), path, "has more members than it should: %v", got.Keys)
}

func (s *shape) list(list *suite.Object) {
	s.order("", "list", list)
	items, ok := list.Get("items").([]any)
	s.demand(ok, "/items", "is no list")
	s.demand(list.Get("size") == json.Number(fmt.Sprint(len(items))), "/size", "is %v for %d items", list.Get("size"), len(items))
	for i, item := range items {
		path := fmt.Sprintf("/items/%d", i)
		one, ok := item.(*suite.Object)
		s.demand(ok, path, "is no object")
		switch {
		case !ok:
		case list.Text("kind") == "AdapterStatusList":
			s.adapterStatus(path, one)
		default:
			s.demand(one.Text("kind")+"List" == list.Text("kind"), path+"/kind", "is %s in a %s", one.Text("kind"), list.Text("kind"))
			s.resource(path, one)
		}
	}
}

func (s *shape) resource(path string, got *suite.Object) {
	kind := got.Text("kind")
	s.order(path, kind, got)
	id := got.Text("id")
	s.demand(idPattern.MatchString(id), path+"/id", "is %q", id)
	s.demand(got.Text("href") == base+"/"+strings.ToLower(kind)+"s/"+id, path+"/href", "is %q", got.Text("href"))
	s.demand(suite.TypeOf(got.Get("generation")) == "integer", path+"/generation", "is %v", got.Get("generation"))
	s.demand(got.Child("spec") != nil, path+"/spec", "is no object")
	s.labels(path+"/labels", got.Child("labels"))
	s.times(path, got, suite.SecondsPattern, "created_time", "updated_time", "deleted_time")
	for _, name := range []string{"created_by", "updated_by", "deleted_by"} {
		s.demand(!got.Has(name) || addressPattern.MatchString(got.Text(name)), path+"/"+name, "is no address: %q", got.Text(name))
	}
	s.demand(got.Has("deleted_time") == got.Has("deleted_by"), path, "has one of deleted_time and deleted_by only")
	if kind == "NodePool" {
		s.owner(path+"/owner_references", got.Child("owner_references"))
	}
	s.conditions(path+"/status/conditions", got)
}

func (s *shape) owner(path string, owner *suite.Object) {
	if owner == nil {
		s.demand(false, path, "is no object")
		return
	}
	id := owner.Text("id")
	s.demand(slices.Equal(owner.Keys, []string{"kind", "id", "href"}), path, "has members %v", owner.Keys)
	s.demand(owner.Text("kind") == "Cluster" && idPattern.MatchString(id) && owner.Text("href") == base+"/clusters/"+id,
		path, "is %s", suite.Show(owner))
}

func (s *shape) labels(path string, labels *suite.Object) {
	if labels == nil {
		s.demand(false, path, "is no object")
		return
	}
	for _, key := range labels.Keys {
		prefix, _, _ := strings.Cut(key, "/")
		s.demand(suite.TypeOf(labels.Get(key)) == "string", path+"/"+key, "is no string")
		s.demand(prefix != "slipway.dev" && !strings.HasSuffix(prefix, ".slipway.dev"), path+"/"+key, "is ours")
	}
}

func (s *shape) times(path string, got *suite.Object, pattern *regexp.Regexp, names ...string) {
	for _, name := range names {
		s.demand(!got.Has(name) || pattern.MatchString(got.Text(name)), path+"/"+name, "is %q", got.Text(name))
	}
}

// conditions checks a resource's conditions: which there are, their order, their members, and that the copies are copies.
func (s *shape) conditions(path string, got *suite.Object) {
	status := got.Child("status")
	list, _ := status.Get("conditions").([]any)
	if status == nil || !slices.Equal(status.Keys, []string{"conditions"}) || len(list) < 4 {
		s.demand(false, path, "are not as they should be: %s", suite.Show(status))
		return
	}
	var types []string
	for i, item := range list {
		one, ok := item.(*suite.Object)
		if !ok {
			s.demand(false, path, "hold %s", suite.Show(item))
			return
		}
		at := fmt.Sprintf("%s/%d", path, i)
		s.order(at, "condition", one)
		s.demand(slices.Contains([]string{"True", "False"}, one.Text("status")), at+"/status", "is %q", one.Text("status"))
		s.demand(suite.TypeOf(one.Get("observed_generation")) == "integer", at+"/observed_generation", "is %s", suite.Show(one.Get("observed_generation")))
		s.times(at, one, suite.TimePattern, "created_time", "last_updated_time", "last_transition_time")
		types = append(types, one.Text("type"))
	}
	s.demand(slices.Equal(types[:4], []string{"Available", "Ready", "LastKnownReconciled", "Reconciled"}), path, "begin with %v", types[:4])
	s.demand(slices.IsSorted(types[4:]), path, "of adapters are not sorted: %v", types[4:])
	for _, conditionType := range types[4:] {
		s.demand(strings.HasSuffix(conditionType, "Successful"), path, "hold %s", conditionType)
	}
	for i := range 2 {
		original, copied := list[i].(*suite.Object), list[i+2].(*suite.Object)
		for _, key := range members["condition"][1:] {
			key = strings.TrimSuffix(key, "?")
			s.demand(original.Get(key) == copied.Get(key), fmt.Sprintf("%s/%d/%s", path, i+2, key), "differs from that of %s", types[i])
		}
		s.demand(original.Text("created_time") == got.Text("created_time"), fmt.Sprintf("%s/%d/created_time", path, i), "is not the object's")
	}
}

func (s *shape) adapterStatus(path string, got *suite.Object) {
	s.order(path, "AdapterStatus", got)
	s.times(path, got, suite.TimePattern, "created_time", "last_report_time")
	s.demand(got.Child("data") != nil, path+"/data", "is no object")
	list, ok := got.Get("conditions").([]any)
	s.demand(ok, path+"/conditions", "are no list")
	for i, item := range list {
		at := fmt.Sprintf("%s/conditions/%d", path, i)
		if one, ok := item.(*suite.Object); ok {
			s.order(at, "reported", one)
			s.times(at, one, suite.TimePattern, "last_transition_time")
		} else {
			s.demand(false, at, "is no object")
		}
	}
}
