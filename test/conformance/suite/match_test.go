package suite

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestMatch makes sure that the judge can say no.
func TestMatch(t *testing.T) {
	tests := map[string]struct {
		wish, value string
		fits        bool
	}{
		"a member among others":       {`{a: 1}`, `{"b":2,"a":1}`, true},
		"another value":               {`{a: 1}`, `{"a":2}`, false},
		"a missing member":            {`{a: 1}`, `{}`, false},
		"a number is no text":         {`{a: 1}`, `{"a":"1"}`, false},
		"exactly these in order":      {`!exact {a: 1, b: 2}`, `{"a":1,"b":2}`, true},
		"another order":               {`!exact {a: 1, b: 2}`, `{"b":2,"a":1}`, false},
		"only these in any order":     {`!only {a: 1, b: 2}`, `{"b":2,"a":1}`, true},
		"one too many":                {`!only {a: 1}`, `{"b":2,"a":1}`, false},
		"absent":                      {`{a: !absent ""}`, `{}`, true},
		"not absent":                  {`{a: !absent ""}`, `{"a":null}`, false},
		"null is there":               {`{a: null}`, `{"a":null}`, true},
		"null is not nothing":         {`{a: null}`, `{}`, false},
		"items in order":              {`[1, 2]`, `[1,2]`, true},
		"items in another order":      {`[1, 2]`, `[2,1]`, false},
		"items in any order":          {`!set [1, 2]`, `[2,1]`, true},
		"the same item twice":         {`!set [1, 1]`, `[1,2]`, false},
		"an item among others":        {`!contains [2]`, `[1,2]`, true},
		"no such item":                {`!contains [3]`, `[1,2]`, false},
		"every item":                  {`!each {a: 1}`, `[{"a":1},{"a":1,"b":2}]`, true},
		"not every item":              {`!each {a: 1}`, `[{"a":1},{"a":2}]`, false},
		"a pattern":                   {`!re "^a+$"`, `"aaa"`, true},
		"another pattern":             {`!re "^a+$"`, `"aab"`, false},
		"not this":                    {`!not abc`, `"abd"`, true},
		"just this":                   {`!not abc`, `"abc"`, false},
		"whole seconds":               {`!seconds ""`, `"2025-01-01T10:00:00Z"`, true},
		"a fraction":                  {`!seconds ""`, `"2025-01-01T10:00:00.5Z"`, false},
		"six digits":                  {`!time ""`, `"2025-01-01T10:00:00.123456Z"`, true},
		"another zone":                {`!time ""`, `"2025-01-01T10:00:00+01:00"`, false},
		"long ago":                    {`!now ""`, `"2025-01-01T10:00:00Z"`, false},
		"a size":                      {`!size 2`, `[1,2]`, true},
		"another size":                {`!size 2`, `[1]`, false},
		"a large number is not round": {`9007199254740993`, `9007199254740992`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var wish yaml.Node
			if err := yaml.Unmarshal([]byte(test.wish), &wish); err != nil {
				t.Fatal(err)
			}
			value, err := ParseJSON([]byte(test.value))
			if err != nil {
				t.Fatal(err)
			}
			if wrong := Match("", wish.Content[0], value, true); (len(wrong) == 0) != test.fits {
				t.Errorf("mismatches: %v", wrong)
			}
		})
	}
}
