package rules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompress(t *testing.T) {
	cases := map[string]struct{ query, want string }{
		"a window and a limit are shortened": {`max(rate(a_total[10m])) > 30m`, `max(rate(a_total[10s])) > 30s`},
		"days become minutes":                {`a_seconds - time() < 14d`, `a_seconds - time() < 5h36m`},
		"text and names stay":                {`a5m{code=~"5s|10m"} > 1 and b_10m > 0.5`, `a5m{code=~"5s|10m"} > 1 and b_10m > 0.5`},
		"plain numbers stay":                 {`a > 5`, `a > 5`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			rules := Rules{Groups: []Group{{Rules: []Alert{{Name: "A", Expr: c.query, For: "5m"}}}}}
			got, err := rules.Compress(60)
			if err != nil {
				t.Fatal(err)
			}
			want := []Alert{{Name: "A", Expr: c.want, For: "5s"}}
			if diff := cmp.Diff(want, got.Alerts()); diff != "" {
				t.Error(diff)
			}
			if rules.Groups[0].Rules[0].For != "5m" {
				t.Error("the rules themselves were changed")
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	cases := map[string]struct {
		query   string
		want    []string
		wantErr bool
	}{
		"every name once": {
			query: `sum by (x) (rate(a_total{b="c"}[5m])) / sum(rate(a_total[5m])) > on (x) group_left () max(d) or absent(up{job="j"} == 1)`,
			want:  []string{"a_total", "d", "up"},
		},
		"a limit that is a duration":    {query: `a - time() < 14d`, want: []string{"a"}},
		"a selector that has no name":   {query: `sum({job="j"})`, wantErr: true},
		"a selector of several metrics": {query: `{__name__=~"a|b"}`, wantErr: true},
		"no query at all":               {query: `sum(`, wantErr: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := Metrics(c.query)
			if (err != nil) != c.wantErr {
				t.Fatalf("error is %v", err)
			}
			if err == nil {
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
