package search

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimals(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want int
	}{
		"the same":                       {"3", "3", 0},
		"less":                           {"3", "10", -1},
		"the same, with a fraction":      {"3", "3.000", 0},
		"the same, with an exponent":     {"1000", "1e3", 0},
		"the same, with a negative one":  {"0.00120", "12E-4", 0},
		"the same, with a sign":          {"+3", "3", 0},
		"leading zeros":                  {"007", "7", 0},
		"zeros":                          {"-0", "0.0e5", 0},
		"zero and less":                  {"0", "-0.1", 1},
		"zero and more":                  {"0", "0.1", -1},
		"negative numbers":               {"-3", "-10", 1},
		"beyond 64 bits":                 {"9007199254740993", "9007199254740992", 1},
		"beyond 64 bits by far":          {"123456789012345678901234567890", "123456789012345678901234567891", -1},
		"exponents that do not fit":      {"1e99999999999999999999", "1e3", 1},
		"small ones that do not fit":     {"1e-99999999999999999999", "1e-300", -1},
		"negative ones that do not fit":  {"-1e99999999999999999999", "1", -1},
		"digits that continue":           {"1.5", "1.55", -1},
		"a fraction without whole digit": {"0.05", "0.5", -1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := parseDecimal(c.a).compare(parseDecimal(c.b)); got != c.want {
				t.Errorf("%s and %s: got %d, want %d", c.a, c.b, got, c.want)
			}
			if got := parseDecimal(c.b).compare(parseDecimal(c.a)); got != -c.want {
				t.Errorf("%s and %s: got %d, want %d", c.b, c.a, got, -c.want)
			}
		})
	}
}

// TestDecimalsAgainstRationals compares with the rational numbers of the standard library.
func TestDecimalsAgainstRationals(t *testing.T) {
	number := rapid.Custom(func(t *rapid.T) string {
		text := rapid.StringMatching(`[+-]?[0-9]{1,4}(\.[0-9]{1,4})?`).Draw(t, "mantissa")
		if rapid.Bool().Draw(t, "has exponent") {
			text += fmt.Sprintf("e%d", rapid.IntRange(-6, 6).Draw(t, "exponent"))
		}
		return text
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY || !isNumber(a) || !isNumber(b) {
			t.Fatalf("%s or %s is no number", a, b)
		}
		if got, want := parseDecimal(a).compare(parseDecimal(b)), x.Cmp(y); got != want {
			t.Fatalf("%s and %s: got %d, want %d", a, b, got, want)
		}
	})
}
