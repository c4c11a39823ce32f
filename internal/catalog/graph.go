package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// node is one version of a template, as one that others depend on.
type node struct{ template, version string }

func (n node) String() string { return n.template + " " + n.version }

// graph is the catalogue as its versions depend on each other. It remembers which versions meet a dependency: a large catalogue
// asks for the same ones over and over.
type graph struct {
	templates map[string]*fleetv1.AddonTemplate
	met       map[fleetv1.AddonDependency][]node
}

// newGraph returns the graph of the others with the template in place of what they have under its name.
func newGraph(template *fleetv1.AddonTemplate, others []fleetv1.AddonTemplate) graph {
	g := graph{templates: make(map[string]*fleetv1.AddonTemplate, len(others)+1), met: map[fleetv1.AddonDependency][]node{}}
	for i := range others {
		g.templates[others[i].Name] = &others[i]
	}
	g.templates[template.Name] = template
	return g
}

// satisfying returns the versions that meet a dependency. A range or a version that cannot be read meets none.
func (g graph) satisfying(dependency fleetv1.AddonDependency) []node {
	if nodes, known := g.met[dependency]; known {
		return nodes
	}
	nodes := g.match(dependency)
	g.met[dependency] = nodes
	return nodes
}

func (g graph) match(dependency fleetv1.AddonDependency) []node {
	template := g.templates[dependency.TemplateName]
	if template == nil {
		return nil
	}
	var nodes []node
	for i := range template.Spec.Versions {
		name := template.Spec.Versions[i].Version
		parsed, err := semver.NewVersion(name)
		if err != nil {
			continue
		}
		if fits, err := inRange(dependency.Versions, parsed); err == nil && fits {
			nodes = append(nodes, node{template.Name, name})
		}
	}
	return nodes
}

// Depends tells whether some version of the template depends on another. Whether it is usable then hangs on the rest of the
// catalogue.
func Depends(template *fleetv1.AddonTemplate) bool {
	return slices.ContainsFunc(template.Spec.Versions, func(v fleetv1.AddonVersion) bool { return len(v.DependsOn) > 0 })
}

// CheckDependencies returns a fault for each dependency by which a version of the template would wait for itself: a cycle through
// versions that satisfy each other's ranges. others are the templates of the catalogue; one of the template's own name is taken
// for what it was before.
func CheckDependencies(template *fleetv1.AddonTemplate, others []fleetv1.AddonTemplate) []params.Fault {
	g := newGraph(template, others)
	var faults []params.Fault
	for i := range template.Spec.Versions {
		version := &template.Spec.Versions[i]
		self := node{template.Name, version.Version}
		for j, dependency := range version.DependsOn {
			if dependency.TemplateName == template.Name {
				continue // CheckTemplate refuses that
			}
			if cycle := g.back(self, g.satisfying(dependency)); cycle != nil {
				faults = append(faults, params.Fault{
					Path:    fmt.Sprintf("spec.versions[%d].dependsOn[%d]", i, j),
					Message: "closes a cycle, in which each would wait for the next: " + arrows(self, cycle),
				})
			}
		}
	}
	return faults
}

// back returns a way from one of the nodes to the goal, nil if there is none.
func (g graph) back(goal node, from []node) []node {
	came := map[node]node{}
	queue := make([]node, 0, len(from))
	reach := func(n, by node) {
		if _, seen := came[n]; !seen {
			came[n] = by
			queue = append(queue, n)
		}
	}
	for _, n := range from {
		reach(n, goal)
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if n == goal {
			return way(goal, came)
		}
		for _, dependency := range g.templates[n.template].Version(n.version).DependsOn {
			for _, next := range g.satisfying(dependency) {
				reach(next, n)
			}
		}
	}
	return nil
}

// way returns the nodes that lead to the goal, which ends it, in order.
func way(goal node, came map[node]node) []node {
	steps := []node{goal}
	for n := came[goal]; n != goal; n = came[n] {
		steps = append([]node{n}, steps...)
	}
	return steps
}

func arrows(from node, steps []node) string {
	words := []string{from.String()}
	for _, n := range steps {
		words = append(words, n.String())
	}
	return strings.Join(words, " → ")
}
