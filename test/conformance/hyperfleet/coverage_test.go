package hyperfleet

import (
	"slices"
	"strings"
	"testing"
)

// section is a part of the contract with its rules: id and sentence.
type section struct {
	Section string            `yaml:"section"`
	Title   string            `yaml:"title"`
	Rules   map[string]string `yaml:"rules"`
}

// TestEveryRuleHasACase fails for a rule that no case checks, a section without rules, and a case that checks nothing.
func TestEveryRuleHasACase(t *testing.T) {
	var contract []section
	if err := decodeStrictly("rules.yaml", &contract); err != nil {
		t.Fatal(err)
	}
	checked := map[string]int{}
	for _, part := range contract {
		if len(part.Rules) == 0 {
			t.Errorf("section %s (%s) has no rules", part.Section, part.Title)
		}
		for id, sentence := range part.Rules {
			if !strings.HasPrefix(id, part.Section+".") || sentence == "" {
				t.Errorf("rule %q of section %s: an id begins with its section, and a rule is a sentence", id, part.Section)
			}
			checked[id] = 0
		}
	}
	loaded := loadSuite(t)
	for _, name := range loaded.names {
		for _, c := range loaded.files[name].Cases {
			if len(c.Rules) == 0 {
				t.Errorf("%s: %q checks no rule", name, c.Name)
			}
			for _, id := range c.Rules {
				if _, known := checked[id]; !known {
					t.Errorf("%s: %q checks the unknown rule %q", name, c.Name, id)
				}
				checked[id]++
			}
		}
	}
	for id, cases := range checked {
		if cases == 0 {
			t.Errorf("no case checks rule %s", id)
		}
	}
}

// TestEveryCaseIsWhole fails for cases that would be played in another way than their author meant.
func TestEveryCaseIsWhole(t *testing.T) {
	loaded := loadSuite(t)
	names := map[string]bool{}
	for _, name := range loaded.names {
		for _, c := range loaded.files[name].Cases {
			if c.Name == "" || names[c.Name] || strings.Contains(c.Name, "/") {
				t.Errorf("%s: %q is no name of its own", name, c.Name)
			}
			names[c.Name] = true
			for _, given := range c.Given {
				if loaded.given[given] == nil {
					t.Errorf("%s: %q is given %q, which is nowhere", name, c.Name, given)
				}
			}
			for _, steps := range loaded.sequences(c) {
				for i, s := range steps {
					if faults := s.faults(); len(faults) > 0 {
						t.Errorf("%s: %q, step %d: %v", name, c.Name, i+1, faults)
					}
				}
			}
		}
	}
}

// faults tells what is wrong with a step.
func (s step) faults() []string {
	var faults []string
	acts := []bool{s.Do != "", s.Report != "", s.Stream != "", !s.Apply.IsZero(), s.Patch != nil, s.Read != nil, s.Delete != nil, s.Tick}
	if n := len(slices.DeleteFunc(acts, func(set bool) bool { return !set })); n != 1 {
		faults = append(faults, "does not do exactly one thing")
	}
	isRequest := s.Do != "" || s.Report != ""
	if isRequest && (s.Status == 0) == (s.Problem == "") {
		faults = append(faults, "needs one of status and problem")
	}
	if _, known := problems[s.Problem]; s.Problem != "" && !known {
		faults = append(faults, "unknown problem "+s.Problem)
	}
	if s.Report != "" && len(strings.Fields(s.Report)) != 3 {
		faults = append(faults, "a report is three words")
	}
	if s.Stream != "" && len(s.Events) == 0 && !s.Ends {
		faults = append(faults, "wants nothing of the stream")
	}
	return faults
}
