package facade

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Aggregated is the path below which the dialects are served as an aggregated API, each under its name.
const Aggregated = "/apis/rest.slipway.dev/v1alpha1"

// Router finds the route that a request takes. It is built once and never changes.
type Router struct {
	mounts []mount
}

// mount is one path under which a dialect is reached.
type mount struct {
	// prefix is the path that is taken, with all that lies below it, unless exact is set.
	prefix string
	exact  bool
	// base is what the paths of routes are below. It is what prefix begins with.
	base    string
	dialect Dialect
	root    *node
}

// node is what is known about one position in the paths of a dialect.
type node struct {
	literals map[string]*node
	variable *node
	// leaf is set where a path may end.
	leaf *leaf
}

// leaf is one pattern.
type leaf struct {
	pattern   string
	variables []string
	methods   []method
	allow     []string
}

type method struct {
	name  string
	route *Route
}

// NewRouter builds the routes of the dialects. Errors: routes that are malformed, given twice or contradict each other.
func NewRouter(dialects ...Dialect) (*Router, error) {
	router := &Router{}
	for _, dialect := range dialects {
		routes := dialect.Routes()
		if err := check(dialect, routes, router.mounts); err != nil {
			return nil, err
		}
		root := &node{}
		for i := range routes {
			root.add(&routes[i])
		}
		for _, m := range mountsOf(dialect, routes) {
			m.dialect, m.root = dialect, root
			router.mounts = append(router.mounts, m)
		}
	}
	// The longest comes first, so that a dialect may lie below another one's base.
	slices.SortStableFunc(router.mounts, func(a, b mount) int { return cmp.Compare(len(b.prefix), len(a.prefix)) })
	return router, nil
}

// mountsOf returns where a dialect is mounted. One whose base is the server's root shares it with others: it takes the root itself,
// and the first segments of its routes.
func mountsOf(dialect Dialect, routes []Route) []mount {
	aggregated := Aggregated + "/" + dialect.Name()
	mounts := []mount{{prefix: aggregated, base: aggregated}}
	if base := dialect.Base(); base != "" {
		return append(mounts, mount{prefix: base, base: base})
	}
	mounts = append(mounts, mount{prefix: "/", exact: true})
	for i := range routes {
		segments, _ := split(routes[i].Path, nil)
		if len(segments) == 0 {
			continue
		}
		first := mount{prefix: "/" + segments[0]}
		if !slices.ContainsFunc(mounts, func(m mount) bool { return m.prefix == first.prefix }) {
			mounts = append(mounts, first)
		}
	}
	return mounts
}

// Prefixes returns the paths under which the dialects are mounted, without a trailing slash.
func (r *Router) Prefixes() []string { return r.prefixes(false) }

// Exact returns the paths at which dialects are mounted alone: what lies below them is for others.
func (r *Router) Exact() []string { return r.prefixes(true) }

func (r *Router) prefixes(exact bool) []string {
	prefixes := make([]string, 0, len(r.mounts))
	for _, m := range r.mounts {
		if m.exact == exact {
			prefixes = append(prefixes, m.prefix)
		}
	}
	return prefixes
}

// Match finds the dialect and the route of a request. It returns nil if the path belongs to no dialect. In the Call that it
// returns Dialect, Path, Route or Allow, Variables and Watch are set.
//
// One trailing slash is ignored. A path with an empty segment, a dot segment or an escaped slash has no route. Variables are
// decoded once. HEAD is no GET.
func (r *Router) Match(req *http.Request) *Call {
	call := &Call{}
	if !r.match(req, call) {
		return nil
	}
	return call
}

func (r *Router) match(req *http.Request, call *Call) bool {
	path := req.URL.Path
	for strings.HasPrefix(path, "//") {
		path = path[1:]
	}
	m := r.mount(path)
	if m == nil {
		return false
	}
	if len(path) < len(req.URL.Path) {
		// Empty segments in front: the dialect's, but no route of it.
		call.Dialect, call.Path = m.dialect, req.URL.Path
		return true
	}
	below := strings.TrimSuffix(path[len(m.base):], "/")
	call.Dialect = m.dialect
	if base := m.dialect.Base(); base == m.base {
		call.Path = path[:len(base)+len(below)]
	} else {
		call.Path = base + below
	}
	m.route(req, below, call)
	return true
}

// mount finds the longest mount that the path lies below. It looks at the decoded path, as the server's mux does.
func (r *Router) mount(path string) *mount {
	for i := range r.mounts {
		rest, below := strings.CutPrefix(path, r.mounts[i].prefix)
		if below && (rest == "" || !r.mounts[i].exact && rest[0] == '/') {
			return &r.mounts[i]
		}
	}
	return nil
}

// maxSegments is more than any route has.
const maxSegments = 16

func (m *mount) route(req *http.Request, below string, call *Call) {
	if req.URL.RawPath != "" && !plain(req.URL) {
		return
	}
	var room [maxSegments]string
	segments, ok := split(below, room[:0])
	if !ok {
		return
	}
	found := m.root.find(segments)
	if found == nil {
		return
	}
	call.pattern = found.pattern
	if len(found.variables) > 0 {
		call.Variables = found.values(segments)
	}
	for i := range found.methods {
		if found.methods[i].name == req.Method {
			call.Route = found.methods[i].route
			call.Watch = call.Route.Watch && wantsWatch(req.URL.RawQuery)
			return
		}
	}
	call.Allow = found.allow
}

// plain tells whether no segment of an escaped path holds a slash. It is asked only for paths whose escaping is unusual.
func plain(u *url.URL) bool {
	escaped := u.EscapedPath()
	return !strings.Contains(escaped, "%2F") && !strings.Contains(escaped, "%2f")
}

// split cuts a path at its slashes. It reports false for a path that no route can have.
func split(path string, segments []string) ([]string, bool) {
	for path != "" {
		path = path[1:]
		segment := path
		if end := strings.IndexByte(path, '/'); end >= 0 {
			segment, path = path[:end], path[end:]
		} else {
			path = ""
		}
		if segment == "" || segment == "." || segment == ".." || len(segments) == maxSegments {
			return nil, false
		}
		segments = append(segments, segment)
	}
	return segments, true
}

// find returns the pattern that fits; where two do, the one that is literal first.
func (n *node) find(segments []string) *leaf {
	if len(segments) == 0 {
		return n.leaf
	}
	if next := n.literals[segments[0]]; next != nil {
		if found := next.find(segments[1:]); found != nil {
			return found
		}
	}
	if n.variable == nil {
		return nil
	}
	return n.variable.find(segments[1:])
}

// values returns the values of the variables of a pattern.
func (l *leaf) values(segments []string) map[string]string {
	values := make(map[string]string, len(l.variables))
	for i, name := range l.variables {
		if name != "" {
			values[name] = segments[i]
		}
	}
	return values
}

// wantsWatch tells whether the first value of the parameter watch is true.
func wantsWatch(query string) bool {
	if !strings.Contains(query, "=true") && !strings.Contains(query, "%") {
		return false
	}
	values, _ := url.ParseQuery(query)
	return values.Get("watch") == "true"
}
