package apiserver

import (
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/facade"
)

func TestDialectsAreChosenByName(t *testing.T) {
	for name, test := range map[string]struct {
		names []string
		kept  int
		err   string
	}{
		"none is named":       {nil, 1, ""},
		"one is named":        {[]string{"tiny"}, 1, ""},
		"one is not known":    {[]string{"tiny", "giant"}, 0, `there is no dialect "giant"; there are tiny`},
		"only one not known":  {[]string{"giant"}, 0, `there is no dialect "giant"`},
		"one is named and so": {[]string{"tiny", "tiny"}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			kept, err := chosen([]facade.Dialect{tiny{}}, test.names)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("got error %v, want %q", err, test.err)
			}
			if len(kept) != test.kept {
				t.Errorf("%d are kept, want %d", len(kept), test.kept)
			}
		})
	}
}
