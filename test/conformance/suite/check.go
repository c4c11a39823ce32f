package suite

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

// CheckRules fails for a rule that no case checks, a section without rules, and a case that checks nothing.
func CheckRules(t *testing.T, dialect Dialect) {
	t.Helper()
	var contract []section
	if err := decodeStrictly(dialect.Data, "rules.yaml", &contract); err != nil {
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
	loaded := load(t, dialect.Data)
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

// CheckCases fails for cases that would be played in another way than their author meant.
func CheckCases(t *testing.T, dialect Dialect) {
	t.Helper()
	loaded := load(t, dialect.Data)
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
					if faults := s.faults(dialect); len(faults) > 0 {
						t.Errorf("%s: %q, step %d: %v", name, c.Name, i+1, faults)
					}
				}
			}
		}
	}
}

// faults tells what is wrong with a step.
func (s Step) faults(dialect Dialect) []string {
	var faults []string
	acts := []bool{s.Do != "", dialect.acts(s), s.Stream != "", !s.Apply.IsZero(), s.Patch != nil, s.Read != nil, s.Delete != nil, s.Tick}
	if n := len(slices.DeleteFunc(acts, func(set bool) bool { return !set })); n != 1 {
		faults = append(faults, "does not do exactly one thing")
	}
	if s.Stream != "" && len(s.Events) == 0 && !s.Ends {
		faults = append(faults, "wants nothing of the stream")
	}
	if dialect.Faults != nil {
		faults = append(faults, dialect.Faults(s)...)
	} else if s.isRequest(dialect) && s.Status == 0 {
		faults = append(faults, "needs a status")
	}
	for word := range s.Words {
		if _, known := dialect.Words[word]; !known {
			faults = append(faults, "has an unknown member "+word)
		}
	}
	return faults
}

func (d Dialect) acts(s Step) bool { return d.Acts != nil && d.Acts(s) }

// isRequest tells whether a step sends a request.
func (s Step) isRequest(dialect Dialect) bool { return s.Do != "" || dialect.acts(s) }
