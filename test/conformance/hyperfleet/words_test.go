package hyperfleet

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

type fault struct {
	Field      string `yaml:"field"`
	Constraint string `yaml:"constraint"`
}

// isError wants an error. That it is the right one is looked at with what holds for every answer.
func isError(_ *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	if a.Status < 400 {
		return []suite.Mismatch{{Message: fmt.Sprintf("has status %d, want %s", a.Status, wish.Value)}}, nil
	}
	return nil, nil
}

// hasFaults compares the errors of a VAL-000.
func hasFaults(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	node, err := p.Node(wish)
	if err != nil {
		return nil, err
	}
	var want []fault
	if err := node.Decode(&want); err != nil {
		return nil, err
	}
	return faultsOf(want, a.Body), nil
}

// hasFound compares the names of a list's items.
func hasFound(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	node, err := p.Node(wish)
	if err != nil {
		return nil, err
	}
	run, err := p.Text("${run}")
	if err != nil {
		return nil, err
	}
	var want, have []string
	for _, item := range node.Content {
		want = append(want, item.Value+"-"+run)
	}
	list, _ := suite.LookUp(a.Body, "items")
	items, _ := list.([]any)
	for _, item := range items {
		name, _ := suite.LookUp(item, "name")
		have = append(have, fmt.Sprint(name))
	}
	if slices.Equal(want, have) {
		return nil, nil
	}
	return []suite.Mismatch{{Path: "/items", Message: fmt.Sprintf("are %q, want %q", have, want)}}, nil
}

// hasCondition looks at Ready or Available.
func hasCondition(conditionType string) suite.Word {
	return func(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
		want, err := p.Text(wish.Value)
		if err != nil {
			return nil, err
		}
		found, _ := suite.LookUp(a.Body, "status/conditions/"+conditionType)
		condition, ok := found.(*suite.Object)
		if !ok {
			return []suite.Mismatch{{Path: conditionType, Message: "is missing"}}, nil
		}
		got := fmt.Sprint(condition.Text("status"), " ", condition.Text("reason"), " ", condition.Get("observed_generation"))
		if got != want {
			return []suite.Mismatch{{Path: conditionType, Message: fmt.Sprintf("is %s (%s), want %s", got, condition.Text("message"), want)}}, nil
		}
		return nil, nil
	}
}

// transitions is the note of the transition times at the last step that asked what moved.
const transitions = "transitions"

// hasMoved looks at which of Ready and Available changed their status since the last look.
func hasMoved(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	if a.Body == nil {
		return nil, nil
	}
	var want, moved []string
	if err := wish.Decode(&want); err != nil {
		return nil, err
	}
	before, _ := p.Notes[transitions].(map[string]string)
	for conditionType, at := range transitionsOf(a) {
		if earlier, known := before[conditionType]; known && earlier != at {
			moved = append(moved, conditionType)
		}
	}
	slices.Sort(moved)
	slices.Sort(want)
	if !slices.Equal(moved, want) {
		message := fmt.Sprintf("those whose transition time moved are %v, want %v", moved, want)
		return []suite.Mismatch{{Path: "/status/conditions", Message: message}}, nil
	}
	return nil, nil
}

func transitionsOf(a *suite.Answer) map[string]string {
	times := map[string]string{}
	for _, conditionType := range []string{"Ready", "Available"} {
		if at, found := suite.LookUp(a.Body, "status/conditions/"+conditionType+"/last_transition_time"); found {
			times[conditionType] = fmt.Sprint(at)
		}
	}
	return times
}

// rememberTransitions keeps what hasMoved compares with.
func rememberTransitions(p *suite.Performance, s suite.Step, a *suite.Answer) {
	if _, asks := s.Words["moved"]; asks {
		p.Notes[transitions] = transitionsOf(a)
	}
}
