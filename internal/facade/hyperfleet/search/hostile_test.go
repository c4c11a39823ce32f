package search

import (
	"strings"
	"testing"
)

// hostile are expressions as long as they may be, made to cost as much as they can.
var hostile = map[string]string{
	"nots":                  strings.Repeat("not ", 1021) + "text='x'",
	"groups that never end": strings.Repeat("(", MaxLength),
	"groups":                strings.Repeat("(", 256) + "text='x'" + strings.Repeat(")", 256),
	"a long list":           "text in (" + strings.Repeat("'',", 1361) + "'')",
	"many ors":              "text=''" + strings.Repeat(" or text=''", 371),
	"many runs":             "text like '" + strings.Repeat("%a", 2040) + "'",
	"many single letters":   "text like '%" + strings.Repeat("a_", 2040) + "%'",
	"a long piece":          "text like '%" + strings.Repeat("a", 4070) + "_b%'",
	"runs of a long piece":  "text ilike '" + strings.Repeat("%aaaaaaaaaaaaaaa_b", 226) + "'",
	"quotes":                "text='" + strings.Repeat("''", 2040) + "'",
	"quotes that never end": "text='" + strings.Repeat("''", 2044),
	"figures":               "count in (" + strings.Repeat("1234567890", 400) + ")",
	"exponents":             "scalar=1e" + strings.Repeat("9", 4000),
}

// BenchmarkHostile parses each and evaluates it on a text of 64 KiB that nearly matches.
func BenchmarkHostile(b *testing.B) {
	text := strings.Repeat("a", 64<<10)
	object := thing{text: &text, scalar: []byte("1e" + strings.Repeat("9", 64<<10))}
	for name, expression := range hostile {
		b.Run(name+"/parse", func(b *testing.B) {
			for b.Loop() {
				_, _ = Parse(expression)
			}
		})
		expr, err := Parse(expression)
		if err != nil {
			continue
		}
		match, err := Build(expr, builder)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/match", func(b *testing.B) {
			for b.Loop() {
				match(object)
			}
		})
	}
}

// TestHostileExpressions holds that none of them is lost, and none makes us panic.
func TestHostileExpressions(t *testing.T) {
	text := strings.Repeat("a", 64<<10)
	for name, expression := range hostile {
		if _, err := Parse(expression); (err != nil) != strings.HasSuffix(name, "never end") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := holds(expression, thing{text: &text}); err == nil && strings.HasSuffix(name, "never end") {
			t.Errorf("%s: evaluated", name)
		}
	}
}
