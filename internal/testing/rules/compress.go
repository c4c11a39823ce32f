package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// A duration stands by itself; what stands in quotes, and what is part of a name, is none.
var duration = regexp.MustCompile(`"[^"]*"|\b(?:[0-9]+(?:ms|[smhdwy]))+\b`)

// Compress returns the rules for a world in which time runs so many times faster: every duration is divided, in the queries and
// beside them.
func (r Rules) Compress(factor int) (Rules, error) {
	faster := Rules{Groups: make([]Group, 0, len(r.Groups))}
	for _, group := range r.Groups {
		group.Rules = slices.Clone(group.Rules)
		for i := range group.Rules {
			rule := &group.Rules[i]
			var err error
			if rule.Expr, err = compress(rule.Expr, factor); err != nil {
				return Rules{}, fmt.Errorf("%s: %w", rule.Name, err)
			}
			if rule.For, err = compress(rule.For, factor); err != nil {
				return Rules{}, fmt.Errorf("%s: %w", rule.Name, err)
			}
		}
		faster.Groups = append(faster.Groups, group)
	}
	return faster, nil
}

func compress(text string, factor int) (string, error) {
	var failure error
	faster := duration.ReplaceAllStringFunc(text, func(found string) string {
		if strings.HasPrefix(found, `"`) {
			return found
		}
		long, err := model.ParseDuration(found)
		if err != nil {
			failure = fmt.Errorf("reading the duration %q: %w", found, err)
			return found
		}
		return model.Duration(time.Duration(long) / time.Duration(factor)).String()
	})
	return faster, failure
}
