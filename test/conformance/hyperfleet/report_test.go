package hyperfleet

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// reports is the note of how many reports were made.
const reports = "reports"

// expandReport turns a report into the request that carries it.
func expandReport(p *suite.Performance, s suite.Step) (suite.Step, error) {
	if s.Text("report") == "" {
		return s, nil
	}
	words := strings.Fields(s.Text("report"))
	count, _ := p.Notes[reports].(int)
	count++
	p.Notes[reports] = count
	at := s.Text("at")
	if at == "" {
		at = fmt.Sprintf("${t+%ds}", count)
	}
	conditions := []string{
		condition("Applied", "True", `"reason":"Applied","message":"written down"`),
		condition("Available", words[1], `"reason":"Looked","message":"as seen"`),
		condition("Health", "True", `"reason":"Healthy","message":"nothing to say"`),
	}
	if finalized := s.Text("finalized"); finalized != "" {
		conditions = append(conditions, condition("Finalized", finalized, `"reason":"","message":""`))
	}
	text := fmt.Sprintf(`{"adapter":%q,"observed_generation":%s,"observed_time":%q,"conditions":[%s]}`,
		words[0], words[2], at, strings.Join(conditions, ","))
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil {
		return s, err
	}
	wish := s.Words["extra"]
	extra, err := p.Node(&wish)
	if err != nil {
		return s, err
	}
	replace(whole.Content[0], extra)
	s.Do, s.Body = "POST "+s.Text("to")+"/statuses", *whole.Content[0]
	return s, nil
}

func condition(name, status, more string) string {
	return fmt.Sprintf(`{"type":%q,"status":%q,%s}`, name, status, more)
}

// replace puts the members of one mapping in place of those of another; !absent removes one.
func replace(into, members *yaml.Node) {
	for i := 0; i+1 < len(members.Content); i += 2 {
		name, value := members.Content[i], members.Content[i+1]
		position := slices.IndexFunc(into.Content, func(node *yaml.Node) bool { return node.Value == name.Value })
		if value.Tag == "!absent" {
			into.Content = slices.Delete(into.Content, position, position+2)
			continue
		}
		if position < 0 {
			into.Content = append(into.Content, name, value)
			continue
		}
		into.Content[position+1] = value
	}
}
