package member

import "testing"

func TestCompactAndStored(t *testing.T) {
	for name, row := range map[string]struct{ text, compact, stored string }{
		"white space, order and digits": {"{ \"b\" : 1.50,\n\"a\":[1e2, -0] }", `{"b":1.50,"a":[1e2,-0]}`, `{"a":[100,0],"b":1.5}`},
		"integers":                      {`[9007199254740993,12345678901234567890]`, `[9007199254740993,12345678901234567890]`, `[9007199254740993,12345678901234567000]`},
		"escapes and markup":            {`"\u0061<&>"`, `"\u0061<&>"`, `"a<&>"`},
		"no JSON":                       {`{"a":`, `{"a":`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(Compact([]byte(row.text))); got != row.compact {
				t.Errorf("compact is %s", got)
			}
			if got := string(Stored([]byte(row.text))); got != row.stored {
				t.Errorf("stored is %s", got)
			}
		})
	}
}
