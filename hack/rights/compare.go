package main

import (
	"slices"
	"strings"
)

// report is what the comparison found.
type report struct{ unused, missing []string }

// compare holds what was granted against what was asked for.
func compare(granted []grant, used requests) report {
	var found report
	roles, exercised := map[string]bool{}, map[grant]bool{}
	for _, right := range granted {
		roles[right.role] = true
	}
	for asked := range used {
		covered := false
		for _, right := range granted {
			if right.covers(asked) {
				covered = true
				if asked.allowed {
					exercised[right] = true
				}
			}
		}
		if !covered && !known(granted, asked) && !standard(asked, roles) {
			found.missing = append(found.missing, asked.String())
		}
	}
	for _, right := range granted {
		if !exercised[right] && !implied(right, exercised) && !excused(right) {
			found.unused = append(found.unused, right.String())
		}
	}
	slices.Sort(found.unused)
	slices.Sort(found.missing)
	found.missing = slices.Compact(found.missing)
	return found
}

// covers tells whether a right is one to what was asked for. The API server refuses what was granted in two cases, and no right is
// missing in either: in a namespace that nobody opened, what the roles for open namespaces grant; and of a process that still runs
// while its installation is taken away, what its bindings granted.
func (g grant) covers(asked request) bool {
	switch {
	case g.account != asked.account || g.verb != asked.verb || g.group != asked.group || g.resource != asked.resource:
		return false
	case g.name != "" && g.name != asked.name:
		return false
	case g.reach == atHome:
		return asked.atHome
	default:
		return true
	}
}

// known tells whether a refused request is one that a role for open namespaces would allow.
func known(granted []grant, asked request) bool {
	return !asked.allowed && slices.ContainsFunc(granted, func(right grant) bool { return right.reach == whereOpened && right.covers(asked) })
}

// standard tells whether a request was allowed by a role that comes with Kubernetes: those that everybody has, and the two that every
// aggregated API server is bound to.
func standard(asked request, ours map[string]bool) bool {
	return asked.allowed && !ours[asked.role] &&
		(strings.HasPrefix(asked.role, "system:") || asked.role == "extension-apiserver-authentication-reader")
}

// implied tells whether a right goes with one that was used. Whoever watches sees every object, and may have to list or get one as
// well: clients stream the first list where the API server can, and fall back to listing where it cannot; and what a watch has not
// told yet is read past it. Neither happens in every run.
func implied(right grant, exercised map[grant]bool) bool {
	if right.verb != "list" && right.verb != "get" {
		return false
	}
	right.verb = "watch"
	return exercised[right]
}

// excused tells whether a right need not be used in every run:
//
//   - to update finalizers is asked for without a request of its own: the admission plugin OwnerReferencesPermissionEnforcement, which
//     some distributions switch on, wants it of whoever makes an object that holds up the deletion of its owner. The local environment
//     has the plugin on: nothing works there without the right;
//   - an event that is repeated is patched, and whether one is repeated within minutes is chance.
func excused(right grant) bool {
	finalizers := right.verb == "update" && strings.HasSuffix(right.resource, "/finalizers")
	series := right.verb == "patch" && right.resource == "events"
	return finalizers || series
}
