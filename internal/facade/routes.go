package facade

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// methods are those that a route may have. HEAD and OPTIONS are nobody's.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// add puts a route, which was checked, into the tree.
func (n *node) add(route *Route) {
	at := n
	segments, _ := split(route.Path, nil)
	variables := make([]string, len(segments))
	for i, segment := range segments {
		name, isVariable := variable(segment)
		switch {
		case isVariable:
			variables[i] = name
			if at.variable == nil {
				at.variable = &node{}
			}
			at = at.variable
		default:
			if at.literals == nil {
				at.literals = map[string]*node{}
			}
			if at.literals[segment] == nil {
				at.literals[segment] = &node{}
			}
			at = at.literals[segment]
		}
	}
	if at.leaf == nil {
		at.leaf = &leaf{pattern: route.Path}
		if strings.Contains(route.Path, "{") {
			at.leaf.variables = variables
		}
	}
	at.leaf.methods = append(at.leaf.methods, method{name: route.Method, route: route})
	at.leaf.allow = append(at.leaf.allow, route.Method)
	slices.Sort(at.leaf.allow)
}

// variable returns the name of a variable, and whether the segment is one.
func variable(segment string) (string, bool) {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	return name, opened && closed
}

// check refuses a dialect whose mounts or routes are malformed or contradict each other.
func check(dialect Dialect, routes []Route, taken []mount) error {
	base := dialect.Base()
	if base != "" && (base[0] != '/' || strings.HasSuffix(base, "/")) {
		return fmt.Errorf("dialect %s: the base path %q must begin with a slash and not end with one", dialect.Name(), base)
	}
	for i := range routes {
		err := routes[i].check()
		if err == nil && base == "" && strings.HasPrefix(routes[i].Path, "/{") {
			err = errors.New("below the root of the server the first segment must be a literal")
		}
		if err != nil {
			return fmt.Errorf("dialect %s: route %s %s: %w", dialect.Name(), routes[i].Method, routes[i].Path, err)
		}
		for j := range routes[:i] {
			if err := contradict(&routes[j], &routes[i]); err != nil {
				return fmt.Errorf("dialect %s: %w", dialect.Name(), err)
			}
		}
	}
	return checkFree(dialect, routes, taken)
}

// checkFree refuses a dialect that is to be mounted where another one is.
func checkFree(dialect Dialect, routes []Route, taken []mount) error {
	for _, wanted := range mountsOf(dialect, routes) {
		for _, m := range taken {
			if m.prefix == wanted.prefix || m.dialect.Name() == dialect.Name() {
				return fmt.Errorf("dialect %s: name or path %q belongs to dialect %s", dialect.Name(), wanted.prefix, m.dialect.Name())
			}
		}
	}
	return nil
}

// check refuses a route that is malformed.
func (r *Route) check() error {
	segments, ok := split(r.Path, nil)
	switch {
	case !slices.Contains(methods, r.Method):
		return fmt.Errorf("the method must be one of %s", strings.Join(methods, ", "))
	case r.Path != "" && r.Path[0] != '/', !ok, strings.HasSuffix(r.Path, "/"):
		return fmt.Errorf("the path must consist of segments that begin with a slash")
	case r.Handler == nil:
		return fmt.Errorf("the handler is missing")
	case !r.Public && (r.Verb == "" || r.Resource == ""):
		return fmt.Errorf("a route that is not public needs a verb and a resource")
	case r.Watch && r.Method != http.MethodGet:
		return fmt.Errorf("only GET can stream")
	}
	names := map[string]bool{}
	for _, segment := range segments {
		name, isVariable := variable(segment)
		if !isVariable && strings.ContainsAny(segment, "{}") || isVariable && (name == "" || names[name]) {
			return fmt.Errorf("segment %q is neither a literal nor a variable with a name of its own", segment)
		}
		if isVariable {
			names[name] = true
		}
	}
	if r.Target != nil && (!names[r.Target.Variable] || r.Target.Cluster != "" && !names[r.Target.Cluster]) {
		return fmt.Errorf("the target names variables that the path has not")
	}
	return nil
}

// contradict refuses two routes that are the same, or of which neither is the special case of the other though some path fits
// both.
func contradict(a, b *Route) error {
	as, _ := split(a.Path, nil)
	bs, _ := split(b.Path, nil)
	if len(as) != len(bs) {
		return nil
	}
	aFirst, bFirst, same := false, false, true
	for i := range as {
		_, aVariable := variable(as[i])
		_, bVariable := variable(bs[i])
		switch {
		case !aVariable && !bVariable && as[i] != bs[i]:
			return nil
		case aVariable && !bVariable:
			bFirst = true
		case bVariable && !aVariable:
			aFirst = true
		case as[i] != bs[i]:
			same = false
		}
	}
	switch {
	case aFirst && bFirst:
		return fmt.Errorf("some paths fit both %s and %s, and neither is the special case", a.Path, b.Path)
	case !aFirst && !bFirst && !same:
		return fmt.Errorf("%s and %s are the same path with different variables", a.Path, b.Path)
	case !aFirst && !bFirst && a.Method == b.Method:
		return fmt.Errorf("route %s %s is given twice", a.Method, a.Path)
	}
	return nil
}
