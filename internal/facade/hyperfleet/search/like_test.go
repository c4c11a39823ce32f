package search

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestLike(t *testing.T) {
	for name, c := range map[string]struct {
		pattern, text string
		like, ilike   bool
	}{
		"the same":                                {"abc", "abc", true, true},
		"another":                                 {"abc", "abd", false, false},
		"longer":                                  {"abc", "abcd", false, false},
		"shorter":                                 {"abc", "ab", false, false},
		"in another case":                         {"aBc", "AbC", false, true},
		"nothing and nothing":                     {"", "", true, true},
		"nothing and something":                   {"", "a", false, false},
		"any run of nothing":                      {"%", "", true, true},
		"any run":                                 {"%", "abc", true, true},
		"two any runs":                            {"%%", "abc", true, true},
		"a beginning":                             {"tmp-%", "tmp-1", true, true},
		"a beginning that is all":                 {"tmp-%", "tmp-", true, true},
		"not the beginning":                       {"tmp-%", "xtmp-1", false, false},
		"an end":                                  {"%-tmp", "a-tmp", true, true},
		"not the end":                             {"%-tmp", "a-tmpx", false, false},
		"a middle":                                {"%b%", "abc", true, true},
		"not in the middle":                       {"%b%", "acd", false, false},
		"beginning and end must not share":        {"ab%ba", "aba", false, false},
		"beginning and end that meet":             {"ab%ba", "abba", true, true},
		"pieces in their order":                   {"%a%b%c%", "xaxbxcx", true, true},
		"pieces in another order":                 {"%a%b%c%", "xbxaxcx", false, false},
		"pieces must not share":                   {"%aa%aa%", "aaa", false, false},
		"one character":                           {"a_c", "abc", true, true},
		"one character is not none":               {"a_c", "ac", false, false},
		"one character beyond ASCII":              {"a_c", "a☃c", true, true},
		"one character in the middle":             {"%a_c%", "xxabxabcx", true, true},
		"one character, found late":               {"%a_a_b%", "aaaaaaaaab", true, true},
		"one character at the end":                {"%_", "", false, false},
		"characters at the end":                   {"%__b", "xb", false, false},
		"characters at the end, enough":           {"%__b", "xxb", true, true},
		"an escaped percent":                      {`50\%`, "50%", true, true},
		"an escaped percent is no run":            {`50\%`, "500", false, false},
		"an escaped line":                         {`a\_b`, "a_b", true, true},
		"an escaped line is no character":         {`a\_b`, "axb", false, false},
		"an escaped escape":                       {`a\\b`, `a\b`, true, true},
		"an escaped escape before a run":          {`a\\%`, `a\bc`, true, true},
		"an escape before another character":      {`\a\b`, "ab", true, true},
		"case beyond ASCII":                       {"GRÖSSE%", "größe", false, false},
		"case beyond ASCII, character for one":    {"Ö%Σ", "öabσ", false, true},
		"the final sigma":                         {"Σ", "ς", false, true},
		"the Kelvin sign":                         {"%k%", "\u212a", false, true},
		"the long s":                              {"_S", "xſ", false, true},
		"a piece of more than 64 characters":      {"%" + strings.Repeat("ab_", 30) + "%", "xx" + strings.Repeat("abc", 30) + "yy", true, true},
		"a piece of more than 64, one wrong":      {"%" + strings.Repeat("ab_", 30) + "%", "xx" + strings.Repeat("abc", 29) + "acc" + "yy", false, false},
		"a text that is not UTF-8, no panic":      {"%a_c%", "\xffa\xffc\xff", true, true},
		"a text that is not UTF-8 and ends early": {"%a_c_%", "\xffa\xffc", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for fold, want := range map[bool]bool{false: c.like, true: c.ilike} {
				p, ok := compilePattern(c.pattern, fold)
				if !ok {
					t.Fatalf("%q is refused", c.pattern)
				}
				if got := p.match(c.text); got != want {
					t.Errorf("%q, ignoring case %t: got %t for %q, want %t", c.pattern, fold, got, c.text, want)
				}
			}
		})
	}
}

func TestLikeRefusesAnEscapeOfNothing(t *testing.T) {
	for pattern, want := range map[string]bool{`a\`: false, `\`: false, `a\\\`: false, `a\\`: true, `\%`: true} {
		if _, ok := compilePattern(pattern, false); ok != want {
			t.Errorf("%q: got %t, want %t", pattern, ok, want)
		}
	}
}

// TestLikeAgainstTheObvious compares with the definition, tried in all ways.
func TestLikeAgainstTheObvious(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aAbB%_\\öÖ")), 0, 12, -1).Draw(t, "text")
		pattern := rapid.StringOfN(rapid.RuneFrom([]rune("aAb%%__\\öÖ")), 0, 8, -1).Draw(t, "pattern")
		fold := rapid.Bool().Draw(t, "fold")
		p, ok := compilePattern(pattern, fold)
		if want := !strings.HasSuffix(strings.ReplaceAll(pattern, `\\`, ""), `\`); ok != want {
			t.Fatalf("%q: accepted %t, want %t", pattern, ok, want)
		}
		if !ok {
			return
		}
		if got, want := p.match(text), obvious([]rune(pattern), []rune(text), fold); got != want {
			t.Fatalf("%q like %q: got %t, want %t", text, pattern, got, want)
		}
	})
}

// obvious matches as the definition says, without a thought about time.
func obvious(pattern, text []rune, fold bool) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	switch {
	case pattern[0] == '%':
		for i := range len(text) + 1 {
			if obvious(pattern[1:], text[i:], fold) {
				return true
			}
		}
		return false
	case len(text) == 0:
		return false
	case pattern[0] == '_':
		return obvious(pattern[1:], text[1:], fold)
	case pattern[0] == '\\':
		pattern = pattern[1:]
	}
	same := pattern[0] == text[0] || fold && unicode.ToLower(pattern[0]) == unicode.ToLower(text[0])
	return same && obvious(pattern[1:], text[1:], fold)
}
