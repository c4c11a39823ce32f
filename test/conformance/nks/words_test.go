package nks

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// fieldOf finds the field that an entry of an error is about.
var fieldOf = regexp.MustCompile(`^Invalid input for field/attribute (\S+)\. `)

// details are what the entries of an error say.
func details(a *suite.Answer) []string {
	body, _ := a.Body.(*suite.Object)
	entries, _ := body.Get("errors").([]any)
	var texts []string
	for _, entry := range entries {
		one, _ := entry.(*suite.Object)
		texts = append(texts, one.Text("detail"))
	}
	return texts
}

// hasFaults compares the fields that an error is about with a wish.
func hasFaults(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	text, err := p.Text(wish.Value)
	if err != nil {
		return nil, err
	}
	var got []string
	s := &shape{}
	for _, detail := range details(a) {
		match := fieldOf.FindStringSubmatch(detail)
		if match == nil {
			s.demand(false, "/errors", "is about no field: %s", detail)
			continue
		}
		got = append(got, match[1])
	}
	want := strings.Fields(text)
	slices.Sort(want)
	slices.Sort(got)
	s.demand(slices.Equal(got, want), "/errors", "are about %v, want %v", got, want)
	return s.wrong, nil
}

// says looks for entries of an error that fit patterns.
func says(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	node, err := p.Node(wish)
	if err != nil {
		return nil, err
	}
	patterns := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		patterns = node.Content
	}
	s := &shape{}
	for _, pattern := range patterns {
		fits := regexp.MustCompile(pattern.Value).MatchString
		s.demand(slices.ContainsFunc(details(a), fits), "/errors", "says %q, want %s", details(a), pattern.Value)
	}
	return s.wrong, nil
}

// lastEvent compares the last event of a list with a wish.
func lastEvent(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	node, err := p.Node(wish)
	if err != nil {
		return nil, err
	}
	body, _ := a.Body.(*suite.Object)
	events, _ := body.Get("events").([]any)
	if len(events) == 0 {
		return []suite.Mismatch{{Path: "/events", Message: "is empty"}}, nil
	}
	return suite.Match("/events/last", node, events[len(events)-1], true), nil
}
