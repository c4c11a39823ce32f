package process

import "testing"

func TestAProcessEndsWithItsLastThread(t *testing.T) {
	cases := map[string]struct {
		state, threads string
		ended          bool
	}{
		"a sleeping process lives":                        {"S", "1", false},
		"a zombie has ended":                              {"Z", "0", true},
		"a zombie that still counts its first thread too": {"Z", "1", true},
		"a zombie whose other threads run still lives":    {"Z", "7", false},
	}
	for name, c := range cases {
		if got := hasEnded(c.state, c.threads); got != c.ended {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
