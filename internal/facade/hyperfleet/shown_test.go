package hyperfleet

import (
	"math/big"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
)

func TestShownID(t *testing.T) {
	for uid, want := range map[types.UID]string{
		"3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3": "23qcxt2vtcomxjix6fzx8nsixv",
		"00000000-0000-0000-0000-000000000000": "20000000000000000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff": "2f5lxx1zz5pnorynqglhzmsp33",
	} {
		if got := shownID(uid); got != want {
			t.Errorf("%s: got %s, want %s", uid, got, want)
		}
		if got, ok := parseID(want); !ok || got != uid {
			t.Errorf("%s: got %s, %t; want %s", want, got, ok, uid)
		}
	}
}

func TestParseIDRefuses(t *testing.T) {
	for name, id := range map[string]string{
		"nothing":         "",
		"another prefix":  "33qcxt2vtcomxjix6fzx8nsixv",
		"too short":       "23qcxt2vtcomxjix6fzx8nsix",
		"too long":        "23qcxt2vtcomxjix6fzx8nsixvv",
		"capitals":        "23QCXT2VTCOMXJIX6FZX8NSIXV",
		"a sign":          "2-qcxt2vtcomxjix6fzx8nsixv",
		"a line":          "2_qcxt2vtcomxjix6fzx8nsixv",
		"beyond 128 bits": "2f5lxx1zz5pnorynqglhzmsp34",
		"far beyond":      "2zzzzzzzzzzzzzzzzzzzzzzzzz",
	} {
		if uid, ok := parseID(id); ok {
			t.Errorf("%s: %s is taken for the id of %s", name, id, uid)
		}
	}
}

// TestIDsThereAndBack holds that ids are one for one, and in the order of UIDs: the list's last sort key relies on that.
func TestIDsThereAndBack(t *testing.T) {
	uid := rapid.Custom(func(t *rapid.T) types.UID {
		return types.UID(rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`).Draw(t, "uid"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := uid.Draw(t, "a"), uid.Draw(t, "b")
		if back, ok := parseID(shownID(a)); !ok || back != a {
			t.Fatalf("%s shows as %s, which is the id of %s", a, shownID(a), back)
		}
		if got, want := strings.Compare(shownID(a), shownID(b)), strings.Compare(string(a), string(b)); got != want {
			t.Fatalf("%s and %s: ids compare as %d, UIDs as %d", a, b, got, want)
		}
		digits, _ := new(big.Int).SetString(strings.ReplaceAll(string(a), "-", ""), 16)
		if !strings.HasSuffix(shownID(a), digits.Text(36)) || len(shownID(a)) != 26 {
			t.Fatalf("%s shows as %s", a, shownID(a))
		}
	})
}

func TestShownAuthor(t *testing.T) {
	for author, want := range map[string]string{
		"user@example.com":                 "user@example.com",
		"first.last+tag@mail.example-1.co": "first.last+tag@mail.example-1.co",
		"o'brien@example.com":              "o'brien@example.com",
		"system:serviceaccount:fleet:ci":   "system.serviceaccount.fleet.ci@slipway.local",
		"admin":                            "admin@slipway.local",
		"":                                 "unknown@slipway.local",
		":::":                              "unknown@slipway.local",
		"  spaced  out  ":                  "spaced.out@slipway.local",
		"kubernetes-admin_1+x":             "kubernetes-admin_1+x@slipway.local",
		"user@localhost":                   "user.localhost@slipway.local",
		"@example.com":                     "example.com@slipway.local",
		"user@":                            "user@slipway.local",
		"a@b@example.com":                  "a.b.example.com@slipway.local",
		"oidc:user@example.com":            "oidc.user.example.com@slipway.local",
		"user@example..com":                "user.example.com@slipway.local",
		".user@example.com":                "user.example.com@slipway.local",
		"two..dots@example.com":            "two.dots.example.com@slipway.local",
		"Größe":                            "Gr.e@slipway.local",
		"user@exa mple.com":                "user.exa.mple.com@slipway.local",
		"\"quoted\"@example.com":           "quoted.example.com@slipway.local",
		"CN=client,O=acme":                 "CN.client.O.acme@slipway.local",
		strings.Repeat("a", 250) + "@example.com": strings.Repeat("a", 250) + ".example.com@slipway.local",
	} {
		got := shownAuthor(author)
		if got != want {
			t.Errorf("%q: got %q, want %q", author, got, want)
		}
		if len(want) < 254 && !isAddress(got) {
			t.Errorf("%q shows as %q, which is no address", author, got)
		}
	}
}

func TestHiddenLabels(t *testing.T) {
	for key, want := range map[string]bool{
		"slipway.dev/id": true, "fleet.slipway.dev/id": true, "a.b.slipway.dev/x": true,
		"slipway.dev": false, "notslipway.dev/x": false, "slipway.dev.example.com/x": false, "environment": false, "example.com/slipway.dev": false,
	} {
		if got := hiddenLabel(key); got != want {
			t.Errorf("%s: got %t, want %t", key, got, want)
		}
	}
}
